"""Settings, all from the environment, with errors that say how to mend them. `.env.example` lists every name."""

from __future__ import annotations

from pathlib import Path

from guildhub.environment import env, mail, names, number, numbers, one_of, read_place, text, yes_or_no
from guildhub.languages import spoken

BASE_DIR = Path(__file__).resolve().parent.parent
#: File of settings beside the checkout; an empty name means none (tests read none).
_env_file = env.str("GUILDHUB_ENV_FILE", ".env")
if _env_file and (BASE_DIR / _env_file).is_file():
    env.read_env(BASE_DIR / _env_file)

from guildhub.sign_in import *  # noqa: E402, F403  (it reads the environment, so the file comes first)
from guildhub.sign_in import FORGE_APPS  # noqa: E402

# Where it runs -----------------------------------------------------------------------------------------------------

#: Address the web server binds to; other machines reach it only when somebody says so.
BIND = text("BIND", "127.0.0.1")
PORT = number("PORT", 8000, lowest=1, highest=65535)
_place = read_place(BIND, BASE_DIR)
EMBEDDED = _place.is_embedded
DEBUG = _place.is_debug
SECRET_KEY = _place.secret_key
#: Keys of before: what they signed or hashed is still known. A new key goes into SECRET_KEY, the old one here.
SECRET_KEY_FALLBACKS = names("SECRET_KEY_FALLBACKS", [])
ALLOWED_HOSTS = _place.allowed_hosts
REDIS_URL = _place.redis_url
STATE_DIR = _place.state_dir

#: One-click log-in as the demo guild's people, the kept mail, the gallery. Only on this machine, with the embedded
#: servers. DEBUG is something else: it swaps our error pages for Django's, and is off unless a developer asks for it.
DEMO = EMBEDDED

# Database: the app's login owns nothing; migrations run as the owner (core/database_logins.py) -----------------------

_shared_database = {
    "ENGINE": "core.postgresql",
    "CONN_MAX_AGE": 600,
    "CONN_HEALTH_CHECKS": True,
    "DISABLE_SERVER_SIDE_CURSORS": True,  # PgBouncer in transaction mode keeps no cursors
}
DATABASES = {"default": {**_place.database, **_shared_database}}
#: User and password that `manage.py migrate`, backups and restores use; empty where MIGRATE_DATABASE_URL isn't set.
OWNER_DATABASE_LOGIN = {
    key: _place.migrate_database[key] for key in ("USER", "PASSWORD", "HOST", "PORT") if _place.migrate_database
}
#: The login that migrations grant rights to.
APP_DATABASE_ROLE: str = _place.database["USER"]
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
    "allauth.mfa",
    "allauth.socialaccount",
    "accounts.door.apps.SessionsConfig",
    *FORGE_APPS,
    "django_htmx",
    "csp",
    "core",
    "accounts",
    "notices",
    "guilds",
    "moderation",
    "reputation",
    "projects",
    "contributions",
    "matching",
    "guildhub",
]
MIDDLEWARE = [
    "guildhub.middleware.RequestMiddleware",
    "core.api.middleware.ApiProblemMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # A page is a quarter of its size on a slow line. Its secrets don't shine through the length: Django masks the form's
    # token anew each time and pads each answer by a random number of bytes.
    "core.compression.QuickGZipMiddleware",
    "core.middleware.PlainWordsMiddleware",
    "core.middleware.ContentPolicyMiddleware",
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
    "core.kept.KeepTypedMiddleware",
    "core.middleware.RefusalMiddleware",
]
CSRF_FAILURE_VIEW = "core.kept.csrf_failure"
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
                    "core.quick_templates.loader.Loader",
                    [
                        "core.quick_templates.files.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
        },
    }
]
FORM_RENDERER = "core.quick_templates.widgets.FormRenderer"

# People ------------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.PersonBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# LOGIN_URL, ACCOUNT_..., MFA_... and SOCIALACCOUNT_... are in guildhub/sign_in.py.

# Cache, sessions, jobs: nothing a request needs may fail with Redis down -------------------------------------------

CACHES = {
    "default": {
        "BACKEND": "core.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": text("REDIS_PREFIX", "guildhub"),
    }
}
SESSION_ENGINE = "core.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 60
SESSION_COOKIE_HTTPONLY = True
CELERY_BROKER_URL = text("BROKER_URL") or REDIS_URL.replace("unix://", "redis+socket://", 1)
#: Tests without a worker switch this off; deliveries then wait for an explicit `deliver_events`.
JOBS_ARE_NUDGED = True

#: How this guild is reached from outside, for links in mails.
_address = f"http://{BIND}:{PORT}" if EMBEDDED else f"https://{ALLOWED_HOSTS[0].lstrip('.')}"
SITE_URL = text("SITE_URL", _address).rstrip("/")

# Mail --------------------------------------------------------------------------------------------------------------

DEFAULT_FROM_EMAIL = text("DEFAULT_FROM_EMAIL", f"guildhub@{'localhost' if EMBEDDED else ALLOWED_HOSTS[0].lstrip('.')}")
#: Where people without an account can write to the hub's stewards; shown where they would report something.
CONTACT_EMAIL = text("CONTACT_EMAIL")
if EMBEDDED:
    EMAIL_BACKEND = "guildhub.mail.KeptMailBackend"
else:
    globals().update(mail("EMAIL_URL"))
EMAIL_TIMEOUT = 10

# The API (core/api) --------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_THROTTLE_CLASSES": ["core.api.throttles.PerMinute"],
    "DEFAULT_PARSER_CLASSES": ["core.api.parsing.JsonParser"],
    "DEFAULT_RENDERER_CLASSES": ["core.api.parsing.JsonRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "core.api.parsing.OnlyJson",
    "DEFAULT_SCHEMA_CLASS": "core.api.schema.EndpointSchema",
    "EXCEPTION_HANDLER": "core.api.problems.answer_problem",
    "UNICODE_JSON": True,
    # How many proxies of ours stand before this process; what others say of an address is not believed.
    "NUM_PROXIES": 0 if EMBEDDED else number("PROXIES", 1, lowest=0, highest=9),
}
SPECTACULAR_SETTINGS = {
    "TITLE": "guildhub",
    "DESCRIPTION": "The same verbs for the same people as on the pages. /api/docs/ begins with ten lines to try.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": ["core.api.schema.finish"],
    "SORT_OPERATIONS": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
}
#: Bytes of a body. The longest text that anybody can write here is a tenth of it.
API_BODY_MOST = 262_144
#: Requests a minute by one person, or by one address without a token.
API_PER_MINUTE = {"reads": 600, "writes": 120, "anonymous": 120}

# Words and times ---------------------------------------------------------------------------------------------------

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
#: Languages whose core flow is translated (ADR 0073): their catalogues say so, no list does. ALL_LANGUAGES is for whoever
#: translates, or looks at right-to-left pages.
LANGUAGES = spoken(yes_or_no("ALL_LANGUAGES", False))
#: Numbers and dates of languages that Django doesn't know well.
FORMAT_MODULE_PATH = "guildhub.formats"
LOCALE_PATHS = [BASE_DIR / "locale"]

# Static files ------------------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = Path(text("STATIC_ROOT", str(BASE_DIR / "staticfiles" if EMBEDDED else STATE_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "core.static_files.HashedStaticFiles"},
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
    SECURE_SSL_REDIRECT = yes_or_no("SECURE_SSL_REDIRECT", True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = number("SECURE_HSTS_SECONDS", 31_536_000, lowest=0, highest=10**9)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = yes_or_no("SECURE_HSTS_INCLUDE_SUBDOMAINS", False)
    SECURE_HSTS_PRELOAD = yes_or_no("SECURE_HSTS_PRELOAD", False)
    # Both bind other names of the domain, the second one for good: its owner says so, and no warning pushes them.
    SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    CSRF_TRUSTED_ORIGINS = names("CSRF_TRUSTED_ORIGINS", [f"https://{host.lstrip('.')}" for host in ALLOWED_HOSTS])

# Backups (guildhub/backups) ------------------------------------------------------------------------------------------

#: A folder for this user alone. It should be another disk than the database's, and be copied off the machine.
BACKUP_DIR = Path(text("BACKUP_DIR", str(STATE_DIR / "backups")))
#: Full hour, UTC, at which the nightly backup begins.
BACKUP_HOUR = number("BACKUP_HOUR", 2, lowest=0, highest=23)
#: How many days, weeks and months keep their newest backup.
BACKUP_KEEP = numbers("BACKUP_KEEP", (14, 8, 12), lowest=0, highest=999)
#: Folder with pg_dump and pg_restore; empty: the embedded servers' own, or those on the PATH.
PG_PROGRAMS = text("PG_PROGRAMS")

# The public log's checkpoints (core/checkpoints.py): only the scheduler needs to know the key ---------------------------

#: Private keys as text, the one that signs and perhaps its follower; empty where the file below holds them.
LOG_SIGNING_KEY = text("LOG_SIGNING_KEY")
_key_file = text("LOG_SIGNING_KEY_FILE", str(STATE_DIR / "log-signing.key") if EMBEDDED and not LOG_SIGNING_KEY else "")
#: A file for this user alone; the first key and every new one is made there.
LOG_SIGNING_KEY_FILE = Path(_key_file) if _key_file else None
#: What the log is called in its checkpoints; the first key takes it, and it never changes after.
LOG_ORIGIN = text("LOG_ORIGIN", f"{SITE_URL.partition('://')[2]}/log-proof")

# What is written to the log ----------------------------------------------------------------------------------------

#: "json" for a program that collects lines, "plain" for a person who reads them.
LOG_FORMAT = one_of("LOG_FORMAT", "plain" if EMBEDDED else "json", ("plain", "json"))
#: A line for each request: who reads along at a terminal would see nothing else.
LOG_REQUESTS = LOG_FORMAT == "json"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
        "json": {"()": "guildhub.logs.JsonFormatter"},
    },
    "filters": {
        "short_broker_errors": {"()": "guildhub.logs.ShortBrokerErrors"},
        "with_request_id": {"()": "guildhub.logs.WithRequestId"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "filters": ["short_broker_errors", "with_request_id"],
        },
    },
    "root": {"handlers": ["console"], "level": text("LOG_LEVEL", "INFO").upper()},
    # Django's own handlers would print every line a second time.
    "loggers": {"django": {"handlers": [], "level": "INFO"}, "django.server": {"handlers": [], "level": "WARNING"}},
}
