"""The stylesheet keeps its promises: mirrored pages, readable colours in both themes, few bytes."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings

from guildhub.views.gallery import SPACE_SCALE, TYPE_SCALE

STATIC = Path(settings.BASE_DIR) / "static"
CSS = (STATIC / "css" / "guildhub.css").read_text(encoding="utf-8")
BARE = re.sub(r"/\*.*?\*/", "", CSS, flags=re.DOTALL)

CSS_BUDGET = 8 * 1024
JS_BUDGET = 20 * 1024
HTMX_BYTES = 14 * 1024  # what django-htmx's own file takes, so that ours and it stay within the page's 20 KB

READABLE = 4.5  # WCAG AA, text
VISIBLE = 3.0  # WCAG AA, edges of controls and the focus ring

TEXT_PAIRS = [
    *((ink, ground) for ink in ("ink", "ink-soft", "link") for ground in ("paper", "sheet", "sunk")),
    *((ink, "sheet") for ink in ("ok", "warn", "stop")),
    *((ink, "paper") for ink in ("ok", "warn", "stop")),
    *((ink, f"{ink}-soft") for ink in ("ok", "warn", "stop", "link")),
    *(("ink", f"{tint}-soft") for tint in ("ok", "warn", "stop", "link", "accent")),
    *(("ink-soft", f"{tint}-soft") for tint in ("stop", "link")),
    *(("link", f"{tint}-soft") for tint in ("stop", "warn")),
    ("accent-ink", "accent"),
    ("paper", "ink"),
]
EDGE_PAIRS = [
    *((edge, ground) for edge in ("line-strong", "focus", "accent") for ground in ("paper", "sheet")),
    ("line-strong", "sunk"),
]


def tokens(selector: str) -> dict[str, str]:
    """The colour tokens of one rule, by name."""
    body = re.search(re.escape(selector) + r"\s*{(.*?)}", BARE, re.DOTALL)
    assert body, f"no rule for {selector}"
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})\b", body[1]))


LIGHT = tokens("\n  :root")
DARK = LIGHT | tokens('[data-theme="dark"]')
BY_SYSTEM = LIGHT | tokens(':root:not([data-theme="light"])')


def luminance(colour: str) -> float:
    """Relative luminance of a #rrggbb colour, as WCAG 2.2 defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG contrast ratio, 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_computed_as_the_standard_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT_PAIRS)
def test_text_is_readable(theme: str, ink: str, ground: str) -> None:
    colours = LIGHT if theme == "light" else DARK
    assert contrast(colours[ink], colours[ground]) >= READABLE


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), EDGE_PAIRS)
def test_edges_that_matter_are_visible(theme: str, edge: str, ground: str) -> None:
    colours = LIGHT if theme == "light" else DARK
    assert contrast(colours[edge], colours[ground]) >= VISIBLE


def test_a_count_is_readable_on_its_ground_in_both_themes() -> None:
    for colours in (LIGHT, DARK):
        assert contrast("#ffffff", colours["warp"]) >= READABLE


def test_the_dark_theme_is_the_same_by_choice_and_by_system() -> None:
    assert DARK == BY_SYSTEM
    assert DARK != LIGHT


def declarations() -> list[tuple[str, str]]:
    """Every property and value, without the conditions of media queries."""
    return re.findall(r"(?:(?<=[{;])|(?<=^))\s*([\w-]+)\s*:\s*([^;{}]+)(?=[;}])", BARE)


def test_every_property_is_logical_so_that_a_page_in_urdu_is_mirrored() -> None:
    physical = re.compile(
        r"(margin|padding|border|scroll-margin|scroll-padding)-(left|right|top|bottom)\b"
        r"|(left|right|top|bottom|width|height|(min|max)-(width|height)|float|clear)$"
        r"|border-(top|bottom)-(left|right)-radius"
    )
    assert [name for name, _value in declarations() if physical.match(name)] == []
    four_sided = {"margin", "padding", "inset", "border-width"}
    sides = re.compile(r"\s+(?![^(]*\))")
    sided = [value for name, value in declarations() if name in four_sided and len(sides.split(value.strip())) == 4]
    assert sided == []
    assert [
        value for name, value in declarations() if name == "text-align" and value.strip() in {"left", "right"}
    ] == []


def test_nothing_is_forced_and_nothing_is_fetched() -> None:
    assert "!important" not in BARE
    assert "url(" not in BARE
    assert "@import" not in BARE
    assert "light-dark(" not in BARE


def classes_of_templates() -> dict[str, str]:
    """Every class a template writes into its markup, and the template."""
    found: dict[str, str] = {}
    for path in sorted((Path(settings.BASE_DIR) / "templates").rglob("*.html")):
        if "email" in path.parts:
            continue
        words = re.sub(r"{#.*?#}|{% comment.*?{% endcomment %}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        # A class that is glued to a tag may go on in it ("k{{ n }}"), so only those that stand alone are asked for.
        words = re.sub(r"{%.*?%}|{{.*?}}", "\0", words)
        for value in re.findall(r'\sclass="([^"]*)"', words):
            found |= dict.fromkeys((name for name in value.split() if "\0" not in name), path.name)
    return found


def classes_of_the_stylesheet() -> set[str]:
    selectors = re.sub(r"\"[^\"]*\"", "", re.sub(r"{[^{}]*}", "{}", BARE))
    return set(re.findall(r"\.([a-z][\w-]*)", selectors))


def test_every_class_of_a_template_is_in_the_stylesheet() -> None:
    known = classes_of_the_stylesheet()
    assert {name: where for name, where in classes_of_templates().items() if name not in known} == {}


def test_every_class_of_the_stylesheet_is_used() -> None:
    root = Path(settings.BASE_DIR)
    ours = [
        path
        for app in settings.INSTALLED_APPS
        if (root / app.split(".")[0]).is_dir()
        for path in (root / app.split(".")[0]).rglob("*.py")
    ]
    places = [*(root / "templates").rglob("*.html"), *(STATIC / "js").glob("*.js"), *ours]
    text = " ".join(path.read_text(encoding="utf-8") for path in places)
    used = set(re.findall(r"[a-z][\w-]*", text))
    numbered = {name for name in classes_of_the_stylesheet() if name[-1].isdigit() and f"{name[:-1]}{{" in text}
    assert classes_of_the_stylesheet() - used - numbered == set()


def clamped(token: str, width: int) -> int:
    """What a token of length comes to in a window of that width, in whole pixels."""
    found = re.search(rf"--{token}: ([^;]+);", BARE)
    assert found, token
    sizes = [
        sum(
            float(number) * (16 if unit == "rem" else width / 100)
            for number, unit in re.findall(r"([\d.]+)(rem|vi)", part)
        )
        for part in found[1].removeprefix("clamp(").split(",")
    ]
    return round(sizes[0] if len(sizes) == 1 else min(max(sizes[1], sizes[0]), sizes[2]))


@pytest.mark.parametrize(("token", "phone", "desk"), SPACE_SCALE)
def test_the_gallery_tells_the_space_scale_as_it_is(token: str, phone: int, desk: int) -> None:
    assert (clamped(token, 360), clamped(token, 1280)) == (phone, desk)


@pytest.mark.parametrize(("token", "told"), [(token, told) for token, told, _use in TYPE_SCALE])
def test_the_gallery_tells_the_type_scale_as_it_is(token: str, told: str) -> None:
    sizes = dict.fromkeys((clamped(token, 360), clamped(token, 1280)))
    assert told == f"{' to '.join(str(size) for size in sizes)} px"


def test_the_layers_come_in_their_order() -> None:
    order = re.findall(r"@layer (\w+) {", BARE)
    assert f"@layer {', '.join(order)};" in BARE


def test_the_stylesheet_stays_within_its_budget() -> None:
    assert len(gzip.compress(CSS.encode(), 9)) <= CSS_BUDGET


def test_each_module_with_htmx_stays_within_the_budget_of_a_page() -> None:
    for module in (STATIC / "js").glob("*.js"):
        assert HTMX_BYTES + len(gzip.compress(module.read_bytes(), 9)) <= JS_BUDGET, module.name
