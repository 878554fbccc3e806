"""Every page as a screen reader meets it: one heading at the top and none left out below it, landmarks that have names, fields
that say what they are, references that lead somewhere, errors tied to what they are about.

What needs a layout (contrast, sizes, focus) is asked of a browser in tests/journeys/test_every_page.py and test_keyboard.py.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from tests.factories import World
from tests.hostile.test_every_form import filled, forms_on
from tests.html_tree import Element, tree_of
from tests.pages import PAGES, Page, client_of

pytestmark = pytest.mark.django_db

#: Attributes whose words are ids of the same page.
REFERENCES = ("for", "form", "aria-labelledby", "aria-describedby", "aria-controls", "popovertarget", "list")
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
#: Who looks at every page: the least and the most that somebody may see, and what lies between.
READERS = ("anonymous", "outsider", "contributor", "maintainer", "steward")
#: Things of the busy world that have one name between them, and so have their pages.
SAME_NAME = {
    "A draft",
    "A case: problem",
    "River Watch",
    "Hours: Open work on Flood map",
    "Change these hours: Open work on Flood map",
}
#: Words that say nothing of where a link leads.
EMPTY_WORDS = {"here", "click here", "more", "read more", "link", "this", "..."}


def of_the_document(root: Element) -> list[str]:
    """Language, title, the one h1 and the headings below it, the landmarks."""
    wrong = []
    (html,) = root.all("html")
    if not html.get("lang") or html.get("dir") not in ("ltr", "rtl"):
        wrong.append("no language or direction")
    titles = [title.text for title in root.all("title") if not any(e.tag == "svg" for e in title.above())]
    if len(titles) != 1 or not titles[0].removesuffix("guildhub").strip(" ·"):
        wrong.append(f"title {titles}")
    level, tops = 0, 0
    for heading in root.all(*HEADINGS):
        if heading.is_hidden:
            continue
        now = int(heading.tag[1])
        tops += now == 1
        if not heading.text:
            wrong.append(f"an empty {heading.tag}")
        if now > level + 1:
            wrong.append(f"{heading} after h{level}")
        level = now
    if tops != 1:
        wrong.append(f"{tops} first headings")
    for tag in ("main", "header", "footer"):
        count = len([e for e in root.all(tag) if tag == "main" or (e.parent and e.parent.tag == "body")])
        # The page that a phone keeps for when there is no line has no foot.
        if count != 1 and (tag != "footer" or count):
            wrong.append(f"{count} {tag}")
    for tag in ("nav", "aside"):
        names = [name_of_landmark(root, element) for element in root.all(tag) if not element.is_hidden]
        if len(names) > 1 and (len(set(names)) < len(names) or "" in names):
            wrong.append(f"{tag} called {names}")
    first = next(element for element in root.walk() if can_have_focus(element))
    if first.get("href") != "#main" or not first.text:
        wrong.append(f"the first stop is {first}")
    if not [e for e in root.walk() if e.get("id") == "messages" and e.get("role") == "status"]:
        wrong.append("no live region for what just happened")
    return wrong


def name_of_landmark(root: Element, element: Element) -> str:
    by = element.get("aria-labelledby").split()
    return element.get("aria-label") or " ".join(e.text for e in root.walk() if e.get("id") in by)


def can_have_focus(element: Element) -> bool:
    if element.is_hidden or "disabled" in element.attrs or element.get("tabindex") == "-1":
        return False
    is_control = element.tag in ("button", "select", "textarea", "summary") or (
        element.tag == "input" and element.get("type") != "hidden"
    )
    return is_control or (element.tag == "a" and "href" in element.attrs) or "tabindex" in element.attrs


def of_the_references(root: Element) -> list[str]:
    """Ids are there once, and what points to one finds it."""
    ids = [element.get("id") for element in root.walk() if "id" in element.attrs]
    wrong = [f"id {once} twice" for once in sorted(set(ids)) if ids.count(once) > 1]
    for element in root.walk():
        for attribute in REFERENCES:
            missing = [word for word in element.get(attribute).split() if word not in ids]
            if missing:
                wrong.append(f"{element} {attribute} {missing}")
        if element.get("href").startswith("#") and element.get("href")[1:] not in ids:
            wrong.append(f"{element} leads nowhere")
    return wrong


def of_the_names(root: Element) -> list[str]:
    """Links, buttons, fields, pictures and tables say what they are."""
    wrong = []
    labels = {label.get("for"): label for label in root.all("label") if label.get("for")}
    by_id = {element.get("id"): element for element in root.walk() if element.get("id")}
    for element in root.walk():
        if element.is_hidden:
            continue
        named = element.text or " ".join(
            by_id[word].text for word in element.get("aria-labelledby").split() if word in by_id
        )
        is_link = element.tag in ("a", "button", "summary") and (element.tag != "a" or "href" in element.attrs)
        if is_link and (not named or named.lower().strip(".… ") in EMPTY_WORDS):
            wrong.append(f"{element} says nothing")
        if element.get("role") in ("region", "group", "dialog", "img") and not (
            element.get("aria-label") or named or element.all("title")
        ):
            wrong.append(f"{element} has a role and no name")
        if element.tag == "svg" and element.get("role") not in ("img", "group"):
            wrong.append(f"{element} is neither shown nor hidden")
        if element.tag == "img" and "alt" not in element.attrs:
            wrong.append(f"{element} without alt")
        if element.tag == "table" and not element.all("th"):
            wrong.append(f"{element} without heads")
        if element.get("tabindex") not in ("", "0", "-1"):
            wrong.append(f"{element} is out of order")
        if is_field(element) and not name_of_field(element, labels, by_id):
            wrong.append(f"{element} has no label")
        if element.get("type") == "radio" and not question_of(element):
            wrong.append(f"{element} belongs to no question")
    starting = [element for element in root.walk() if "autofocus" in element.attrs]
    if len(starting) > 1:
        wrong.append(f"{len(starting)} places to begin at")
    return wrong


def is_field(element: Element) -> bool:
    return element.tag in ("select", "textarea") or (
        element.tag == "input" and element.get("type") not in ("hidden", "submit", "button", "image")
    )


def name_of_field(element: Element, labels: dict[str, Element], by_id: dict[str, Element]) -> str:
    around = [above.text for above in element.above() if above.tag == "label"]
    told = [by_id[word].text for word in element.get("aria-labelledby").split() if word in by_id]
    tied = labels[element.get("id")].text if element.get("id") in labels else ""
    return " ".join([element.get("aria-label"), tied, *told, *around]).strip()


def question_of(radio: Element) -> str:
    for above in radio.above():
        if above.tag == "fieldset" or above.get("role") in ("radiogroup", "group"):
            legends = [legend.text for legend in above.all("legend")]
            return above.get("aria-label") or above.get("aria-labelledby") or (legends[0] if legends else "")
    return ""


def of_the_errors(root: Element) -> list[str]:
    """What is wrong stands in a summary that leads to each field, and at the field, tied to it."""
    wrong = []
    told = [element for element in root.walk() if element.tag == "ul" and "errorlist" in element.get("class").split()]
    told = [element for element in told if not element.is_hidden]
    bad = [element for element in root.walk() if element.get("aria-invalid") == "true"]
    summaries = [element for element in root.walk() if element.get("role") == "alert" and element.all("a", "li")]
    leads_to = {link.get("href") for summary in summaries for link in summary.all("a")}
    if (told or bad) and not summaries:
        wrong.append("errors without a summary")
    for words in told:
        tied = [
            element
            for element in root.walk()
            if words.get("id") and words.get("id") in element.get("aria-describedby").split()
        ]
        if not tied:
            wrong.append(f"“{words.text}” is tied to nothing")
    for element in bad:
        places = {f"#{e.get('id')}" for e in (element, *element.above()) if e.get("id")}
        if not places & leads_to:
            wrong.append(f"no line of the summary leads to {element}")
        if not element.get("aria-describedby") and not any(e.get("aria-describedby") for e in element.above()):
            wrong.append(f"{element} is wrong and does not say why")
    return wrong


def complaints(page: bytes) -> list[str]:
    root = tree_of(page)
    found = [*of_the_document(root), *of_the_references(root), *of_the_names(root), *of_the_errors(root)]
    return list(dict.fromkeys(found))


def is_for_people(answer: Any) -> bool:
    return "html" in answer.headers.get("Content-Type", "") and answer.content.startswith(b"<!doctype html>")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_can_be_read_out(standing_world: World, page: Page) -> None:
    """To everybody it answers, also those it turns away."""
    seen: set[bytes] = set()
    for reader in READERS:
        answer = client_of(standing_world, reader).get(page.path(standing_world))
        if is_for_people(answer) and answer.content not in seen:
            seen.add(answer.content)
            assert complaints(answer.content) == [], f"{reader}, {answer.status_code}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_form_sent_with_nothing_says_where_it_is_wrong(standing_world: World, page: Page) -> None:
    """Each form with everything emptied that can be typed, and with words that are too long: the answer can be read out."""
    for reader, form, button in forms_on(page, standing_world):
        typed = filled(form, button)
        texts = [name for name, kind in form.kinds.items() if kind not in ("hidden", "radio", "checkbox", "file")]
        texts += [name for name in form.values if name not in form.kinds and name not in form.choices]
        for words in ("", "\u0c95" * 3000):
            with transaction.atomic():
                sent = {name: words if name in texts else value for name, value in typed.items() if value is not None}
                answer = client_of(standing_world, reader).post(form.action, sent)
                transaction.set_rollback(True)
            if is_for_people(answer):
                assert complaints(answer.content) == [], f"{reader}, {button}, {words[:1]!r}, {answer.status_code}"


def test_every_page_has_a_title_of_its_own(standing_world: World) -> None:
    """Two windows of a browser can be told apart; filters and pages of one list share theirs."""
    titles: dict[str, set[str]] = defaultdict(set)
    for page in PAGES:
        reader = next((reader for reader, status in page.answers.items() if status == 200), None)
        if reader is None:
            continue
        path = page.path(standing_world)
        answer = client_of(standing_world, reader).get(path)
        if is_for_people(answer):
            title = next(t.text for t in tree_of(answer.content).all("title"))
            titles[title.removesuffix(" · guildhub")].add(path.partition("?")[0])
    shared = {title: sorted(paths) for title, paths in titles.items() if len(paths) > 1}
    assert {title: paths for title, paths in shared.items() if title not in SAME_NAME} == {}


@pytest.mark.parametrize("address", ["/nowhere/", "/welcome/none/", "/tasks/x/"])
def test_an_address_of_nothing_can_be_read_out(address: str) -> None:
    assert complaints(Client().get(address).content) == []


def test_the_gallery_can_be_read_out(standing_world: World, settings: object) -> None:
    settings.DEMO, settings.EMBEDDED = True, False  # type: ignore[attr-defined]
    for reader in ("anonymous", "steward"):
        answer = client_of(standing_world, reader).get("/components")
        assert answer.status_code == 200
        assert complaints(answer.content) == ["no line of the summary leads to <input id='x-bad'>"], "shown alone"
