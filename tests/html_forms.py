"""What a browser without JavaScript would send: the forms of a page with the values they show."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    """One form: where it posts, what it sends untouched, its buttons, and what its lists offer by field."""

    action: str
    id: str = ""
    method: str = "get"
    values: dict[str, str] = field(default_factory=dict)
    buttons: set[tuple[str, str]] = field(default_factory=set)
    choices: dict[str, list[str]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self._open: Form | None = None
        self._select = self._textarea = ""
        self._words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(a.get("action", ""), a.get("id", ""), a.get("method", "get").lower())
            self.forms.append(self._open)
        elif self._open is None or ("form" in a and a["form"] != self._open.id):
            return
        elif tag == "input":
            kind = a.get("type", "text")
            self._open.kinds.setdefault(a["name"], kind)
            if kind in ("radio", "checkbox"):
                self._open.choices.setdefault(a["name"], []).append(a.get("value", "on"))
            if kind not in ("radio", "checkbox") or "checked" in a:
                self._open.values[a["name"]] = a.get("value", "on" if kind == "checkbox" else "")
        elif tag == "select":
            self._select = a["name"]
        elif tag == "option" and self._select:
            self._open.choices.setdefault(self._select, []).append(a.get("value", ""))
            if "selected" in a or self._select not in self._open.values:
                self._open.values[self._select] = a.get("value", "")
        elif tag == "textarea":
            self._textarea, self._words = a["name"], ""
        elif tag == "button":
            self._open.buttons.add((a.get("name", ""), a.get("value", "")))

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self._words += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea" and self._open is not None:
            self._open.values[self._textarea] = self._words.removeprefix("\n")
            self._textarea = ""


def forms_of(page: bytes | str) -> list[Form]:
    """The forms of a page, in the order in which they stand."""
    reader = _Reader()
    reader.feed(page.decode() if isinstance(page, bytes) else page)
    return reader.forms


def form_with(page: bytes | str, *, field: str = "", button: str = "", action: str = "") -> Form:
    """The first form that has this field, a button of this value, this address; AssertionError when there is none."""
    for form in forms_of(page):
        has_field = not field or field in form.values
        has_button = not button or button in {value for _name, value in form.buttons}
        if has_field and has_button and (not action or form.action == action):
            return form
    raise AssertionError(f"no form with {field or button or action}")
