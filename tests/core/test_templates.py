"""Every template keeps the content security policy and the form that components have."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

ROOT = Path(settings.BASE_DIR) / "templates"
TEMPLATES = sorted(ROOT.rglob("*.html"))
COMPONENTS = sorted((ROOT / "_components").glob("*.html"))

REFUSED = {
    "an inline style": re.compile(r"<style\b|\sstyle\s*=", re.IGNORECASE),
    "an inline script": re.compile(r"<script\b(?![^>]*\bsrc=)(?![^>]*type=\"application/(ld\+)?json\")", re.IGNORECASE),
    "an event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "hx-on": re.compile(r"\bhx-on\b"),
    "a script address": re.compile(r"javascript:", re.IGNORECASE),
    "a file of another host": re.compile(r"<(script|link|img)\b[^>]*(src|href)=\"(https?:)?//", re.IGNORECASE),
}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_a_template_needs_nothing_that_the_policy_forbids(path: Path) -> None:
    text = re.sub(r"{% comment.*?{% endcomment %}|{#.*?#}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    # Mail programs drop style sheets; a mail is no page, and the one page that shows it says so in its policy.
    allowed = {"an inline style"} if name_of(path).startswith("mail/") else set()
    assert [what for what, pattern in REFUSED.items() if what not in allowed and pattern.search(text)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_a_template_can_be_read_by_the_engine(path: Path) -> None:
    get_template(name_of(path))


@pytest.mark.parametrize("path", COMPONENTS, ids=name_of)
def test_a_component_begins_by_saying_what_it_takes(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith("{% comment %}\n")


#: Forms whose view takes a press from a mail program, without cookies: the address itself is signed and names one person.
SIGNED_ADDRESS = {"notices/stop.html"}


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_a_post_form_carries_its_token(path: Path) -> None:
    for form in re.findall(r"<form\b[^>]*method=\"post\".*?</form>", path.read_text(encoding="utf-8"), re.DOTALL):
        opening = form.partition(">")[0]
        # One that is hidden until a script shows it is sent by the script, with the token of that moment.
        assert "csrf_token" in form or opening.endswith(" hidden") or name_of(path) in SIGNED_ADDRESS
