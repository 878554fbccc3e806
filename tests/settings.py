"""Settings of the tests: the real ones, on a database and a Redis of their own. Nothing outside can reach them."""

import os

# A database named in the environment or in `.env` holds somebody's real guild: it must not be here.
for _name in (
    "DATABASE_URL",
    "MIGRATE_DATABASE_URL",
    "REDIS_URL",
    "BROKER_URL",
    "BIND",
    "PORT",
    "DEBUG",
    "SECRET_KEY",
    "LOG_SIGNING_KEY",
):
    os.environ.pop(_name, None)
os.environ["GUILDHUB_ENV_FILE"] = ""
os.environ["ALL_LANGUAGES"] = "true"
# Two houses that vouch for people; the tests that go there start one of their own.
for _house in ("GITEA", "OIDC"):
    os.environ |= {
        f"{_house}_CLIENT_ID": "guildhub",
        f"{_house}_CLIENT_SECRET": "secret",
        f"{_house}_URL": f"https://{_house.lower()}.example.org",
    }
os.environ["OIDC_NAME"] = "Village ID"

from core.texts.commands import compile_texts  # noqa: E402

# The settings ask how complete each language is; that is counted when its catalogue is compiled.
compile_texts()

from guildhub.embedded.more_redis import join_redis  # noqa: E402
from guildhub.settings import *  # noqa: E402, F403
from guildhub.settings import CACHES, DATABASES, MIDDLEWARE  # noqa: E402

#: One name per run, so that two runs in one checkout don't meet; the run's workers inherit it.
TEST_RUN = os.environ.setdefault("GUILDHUB_TEST_RUN", str(os.getpid()))
TEST_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
TEST_DATABASE = f"test_{TEST_RUN}_{TEST_WORKER}"

DEBUG = False
# The log of a test is signed with the test's own key.
LOG_SIGNING_KEY, LOG_SIGNING_KEY_FILE, LOG_ORIGIN = "", None, "guild.test/log-proof"
DEMO = False
REDIS_URL = join_redis("redis-for-tests")
CACHES["default"]["LOCATION"] = REDIS_URL
CACHES["default"]["KEY_PREFIX"] = TEST_DATABASE
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_BROKER_TRANSPORT_OPTIONS = {"global_keyprefix": f"{TEST_DATABASE}:"}
#: No worker runs, so nobody would take the messages; a test that starts one switches this on.
JOBS_ARE_NUDGED = False
DATABASES["default"]["CONN_MAX_AGE"] = 0
DATABASES["default"]["NAME"] = TEST_DATABASE
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Nothing was collected; live servers find static files where they are written.
MIDDLEWARE = [name for name in MIDDLEWARE if "whitenoise" not in name]
