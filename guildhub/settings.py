"""Settings, all from the environment, with errors that say how to mend them. `.env.example` lists every name."""

from __future__ import annotations

import ipaddress
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
#: File of settings beside the checkout; an empty name means none (tests read none).
_env_file = env.str("GUILDHUB_ENV_FILE", ".env")
if _env_file and (BASE_DIR / _env_file).is_file():
    environ.Env.read_env(BASE_DIR / _env_file)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


# Where it runs -----------------------------------------------------------------------------------------------------

#: Address the web server binds to; other machines reach it only when somebody says so.
BIND = env.str("BIND", "127.0.0.1")
PORT = env.int("PORT", 8000)

if env.str("DATABASE_URL", "") or env.str("REDIS_URL", ""):
    EMBEDDED = False
    missing = [n for n in ("DATABASE_URL", "MIGRATE_DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ALLOWED_HOSTS") if not env.str(n, "")]
    if missing:
        raise ImproperlyConfigured(
            f"With a database or Redis of your own, guildhub also needs {', '.join(missing)}. "
            "See .env.example; unset DATABASE_URL and REDIS_URL to use the embedded servers on this machine."
        )
    _database = env.db("DATABASE_URL")
    _migrate_database = env.db("MIGRATE_DATABASE_URL")
    REDIS_URL = env.str("REDIS_URL")
    SECRET_KEY = env.str("SECRET_KEY")
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
    DEBUG = env.bool("DEBUG", False)
    STATE_DIR = Path(env.str("STATE_DIR", str(BASE_DIR / ".guildhub")))
    if DEBUG:
        raise ImproperlyConfigured("DEBUG shows secrets to visitors, so it is for the embedded servers only. Unset DEBUG.")
    if len(SECRET_KEY) < 40:
        raise ImproperlyConfigured(
            "SECRET_KEY is too short to be secret. Make one: python -c 'import secrets; print(secrets.token_urlsafe(50))'"
        )
    if "*" in ALLOWED_HOSTS:
        raise ImproperlyConfigured("ALLOWED_HOSTS lists the names people type, for example guild.example.org, and not *.")
else:
    EMBEDDED = True
    if not _is_loopback(BIND):
        raise ImproperlyConfigured(
            f"BIND={BIND} would show the demo to the network. For a real guild set DATABASE_URL, MIGRATE_DATABASE_URL, "
            "REDIS_URL, SECRET_KEY and ALLOWED_HOSTS (see .env.example), or leave BIND at 127.0.0.1."
        )
    from guildhub import embedded

    try:
        _servers = embedded.connect()
    except embedded.EmbeddedServerError as error:
        raise ImproperlyConfigured(str(error)) from error
    _database = environ.Env.db_url_config(_servers.database_url)
    _migrate_database = environ.Env.db_url_config(_servers.migrate_database_url)
    REDIS_URL = _servers.redis_url
    SECRET_KEY = env.str("SECRET_KEY", _servers.secret_key)
    DEBUG = env.bool("DEBUG", True)
    ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
    STATE_DIR = _servers.state

#: One-click login as the demo guild's people. Only on this machine, with the embedded servers.
DEMO = EMBEDDED and DEBUG

# Database: the app's login owns nothing; migrations run as the owner (core/database_logins.py) -----------------------

_shared_database = {
    "ENGINE": "django.db.backends.postgresql",
    "CONN_MAX_AGE": 600,
    "CONN_HEALTH_CHECKS": True,
    "DISABLE_SERVER_SIDE_CURSORS": True,  # PgBouncer in transaction mode keeps no cursors
}
DATABASES = {"default": {**_database, **_shared_database}}
#: User and password that `manage.py migrate` and restores use.
OWNER_DATABASE_LOGIN = {key: _migrate_database[key] for key in ("USER", "PASSWORD", "HOST", "PORT")}
#: The login that migrations grant rights to.
APP_DATABASE_ROLE: str = _database["USER"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Application -----------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "django_htmx",
    "csp",
    "core",
    "accounts",
    "notices",
    "guilds",
    "reputation",
    "projects",
    "contributions",
    "guildhub",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.ReaderMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "core.middleware.RefusalMiddleware",
]
ROOT_URLCONF = "guildhub.urls"
WSGI_APPLICATION = "guildhub.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "guildhub.context_processors.shell",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# People ------------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.PersonBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "front"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True

# Cache, sessions, jobs: nothing a request needs may fail with Redis down -------------------------------------------

CACHES = {
    "default": {
        "BACKEND": "core.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": env.str("REDIS_PREFIX", "guildhub"),
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 60
SESSION_COOKIE_HTTPONLY = True
CELERY_BROKER_URL = env.str("BROKER_URL", "") or REDIS_URL.replace("unix://", "redis+socket://", 1)
#: Tests without a worker switch this off; deliveries then wait for an explicit `deliver_events`.
JOBS_ARE_NUDGED = True

# Mail --------------------------------------------------------------------------------------------------------------

DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "guildhub@localhost")
if EMBEDDED:
    EMAIL_BACKEND = "guildhub.mail.KeptMailBackend"
else:
    _mail = env.email_url("EMAIL_URL", "consolemail://")
    EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
    EMAIL_HOST, EMAIL_PORT = _mail.get("EMAIL_HOST"), _mail.get("EMAIL_PORT")
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail.get("EMAIL_HOST_USER"), _mail.get("EMAIL_HOST_PASSWORD")
    EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.get("EMAIL_USE_TLS", False), _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10

# Words and times ---------------------------------------------------------------------------------------------------

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
_ALL_LANGUAGES = [
    ("en", _("English")),
    ("id", _("Indonesian")),
    ("hi", _("Hindi")),
    ("bn", _("Bengali")),
    ("ur", _("Urdu")),
    ("ne", _("Nepali")),
    ("vi", _("Vietnamese")),
    ("sw", _("Swahili")),
]
#: Languages whose core flow is translated; the foot of every page offers them.
LANGUAGES_OFFERED = ["en"]
#: The others are shown only where somebody asks for them on purpose, to translate or to look at right-to-left pages:
#: a browser that prefers Urdu would otherwise get English words in mirrored order.
LANGUAGES = [
    (code, name) for code, name in _ALL_LANGUAGES if code in LANGUAGES_OFFERED or env.bool("ALL_LANGUAGES", False)
]
LOCALE_PATHS = [BASE_DIR / "locale"]

# Static files ------------------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = STATE_DIR / "static" if not EMBEDDED else BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Safety ------------------------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
if not EMBEDDED:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", False)
    SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", False)
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[f"https://{host.lstrip('.')}" for host in ALLOWED_HOSTS])

# What is written to the log ----------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
    # Django's own handlers would print every line a second time.
    "loggers": {"django": {"handlers": [], "level": "INFO"}, "django.server": {"handlers": [], "level": "WARNING"}},
}
