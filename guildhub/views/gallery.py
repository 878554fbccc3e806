"""The gallery of components, in the demo only: every piece of the interface, what it takes, an example."""

import re
from datetime import timedelta
from pathlib import Path

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.utils import timezone

from guildhub.gallery_charts import chart_examples

SWATCHES = (
    "ink", "ink-soft", "paper", "sheet", "sunk", "line", "line-strong", "accent", "accent-soft", "link",
    "link-soft", "ok-soft", "warn", "warn-soft", "stop", "stop-soft", "gold", "warp", "weft", "selvedge",
)  # fmt: skip


#: Token, what it comes to on a phone and on a desk, what it is for.
TYPE_SCALE = (
    ("t0", "13 px", "labels of figures, what a number is"),
    ("t1", "15 px", "hints, meta lines, tables' heads, the foot"),
    ("t2", "17 px", "everything one reads"),
    ("t3", "18 to 20 px", "ledes, headings of things in a list"),
    ("t4", "23 to 26 px", "headings of a page's parts, figures on a phone"),
    ("t5", "30 to 42 px", "the heading of a page, figures"),
    ("t6", "37 to 64 px", "the promise on the front page"),
)
#: Token, pixels at 360, pixels at 1280.
SPACE_SCALE = (
    ("s1", 4, 4), ("s2", 8, 8), ("s3", 12, 12), ("s4", 16, 16), ("s5", 24, 24), ("s6", 28, 36), ("s7", 40, 56), ("s8", 48, 83),
)  # fmt: skip
#: Language, direction, a heading and a sentence of it.
SCRIPTS = (
    ("en", "ltr", ("An hour counts", "You see how each point came about, and nobody can take it back in silence.")),
    ("hi", "ltr", ("एक घंटा भी गिना जाता है", "आप देखते हैं कि हर अंक कैसे बना, और कोई उसे चुपचाप वापस नहीं ले सकता।")),
    ("bn", "ltr", ("এক ঘণ্টাও গোনা হয়", "প্রতিটি পয়েন্ট কীভাবে এল তা আপনি দেখতে পান, কেউ তা নীরবে ফিরিয়ে নিতে পারে না।")),
    (
        "ur",
        "rtl",
        (
            "ایک گھنٹہ بھی شمار ہوتا ہے",
            "آپ دیکھتے ہیں کہ ہر پوائنٹ کیسے بنا، اور کوئی اسے واپس نہیں لے سکتا۔",
        ),
    ),
)


class GalleryForm(forms.Form):
    """One field of each kind, so that the form templates are seen with hints, errors and chips."""

    title = forms.CharField(label="Title", help_text="What somebody who knows nothing of it would call it.")
    minutes = forms.ChoiceField(
        label="How long?",
        choices=[("30", "½ h"), ("60", "1 h"), ("120", "2 h"), ("180", "3 h")],
        initial="60",
        widget=forms.RadioSelect(attrs={"class": "chips"}),
    )
    worked_on = forms.DateField(label="Day", widget=forms.DateInput(attrs={"type": "date"}))
    task = forms.ChoiceField(label="Task", choices=[("1", "Label 40 flood photos"), ("2", "Open work")])
    note = forms.CharField(label="What did you do?", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    agree = forms.BooleanField(label="I did this work myself", required=False)

    def clean_title(self) -> str:
        """Refuses every title, so that the gallery can show a form with an error in it."""
        raise ValidationError("This title is taken. Say what is different about yours.")


def component_docs() -> dict[str, str]:
    """What each file in `_components/` says about itself: the comment it begins with, by the file's name."""
    folder = Path(get_template("_components/button.html").origin.name).parent
    docs = {}
    for path in sorted(folder.glob("*.html")):
        found = re.match(r"{% comment %}\n(.*?)\n{% endcomment %}", path.read_text(encoding="utf-8"), re.DOTALL)
        if found:
            docs[path.stem] = found[1]
    return docs


def gallery(request: HttpRequest) -> HttpResponse:
    """Show every component. Answers 404 outside the demo."""
    if not settings.DEMO:
        raise Http404
    messages.success(request, "Saved: 1 h on “Label 40 flood photos”. It waits for a review now.")
    now = timezone.now()
    return render(
        request,
        "components.html",
        {
            "docs": component_docs(),
            "swatches": SWATCHES,
            "type_scale": TYPE_SCALE,
            "space_scale": SPACE_SCALE,
            "scripts": SCRIPTS,
            "states": (
                "draft",
                "submitted",
                "in_review",
                "returned",
                "approved",
                "vested",
                "rejected",
                "withdrawn",
            ),
            "form": GalleryForm(),
            "bad_form": GalleryForm({"minutes": "60", "task": "1"}, auto_id="bad_%s"),
            "now": now,
            "an_hour_ago": now - timedelta(hours=1),
            "last_week": now - timedelta(days=9),
            "yesterday": timezone.localdate() - timedelta(days=1),
            **EXAMPLES,
            "charts": chart_examples(timezone.localdate()),
            "history": [
                {"at": now - timedelta(days=3), "who": "Nandini Gogoi", "what": "Logged 2 h"},
                {
                    "at": now - timedelta(days=2),
                    "who": "",
                    "what": "Returned",
                    "note": "Which photos? Please add the link.",
                },
                {"at": now - timedelta(hours=5), "who": "فاطمہ زہرا", "what": "Approved 2 h, rubric 4"},
            ],
        },
    )


EXAMPLES = {
    "lengths": [(30, "½ h"), (60, "1 h"), (120, "2 h"), (180, "3 h")],
    "steps": [
        ("Hours credited", "2"),
        ("Points an hour", "× 10"),
        ("Difficulty S", "× 1.0"),
        ("Rubric 4 of 5", "× 1.15"),
    ],
    "rows": [
        {"title": "Label 40 flood photos", "url": "#main", "meta": "2 h, yesterday", "amount": 23, "unit": "PTS"},
        {"title": "Fix the map legend", "url": "#main", "meta": "30 min, 3 days ago", "state": "returned"},
        {"title": "ترجمہ کا جائزہ", "url": "#main", "meta": "1 h, 9 Nov", "amount": -12, "unit": "PTS"},
    ],
    "facts": [("Where", "Majuli, Assam"), ("People", "about 1,200 families"), ("Known since", "June 2024")],
    "figures": [
        {"value": "1,284", "label": "hours approved", "level": "checked"},
        {"value": "37", "label": "people", "level": ""},
        {"value": "612", "label": "hours from history", "level": "estimated"},
    ],
    "tabs": [
        {"label": "Work", "url": "#main", "current": True},
        {"label": "People", "url": "#main"},
        {"label": "Ledger", "url": "#main"},
    ],
    "trail": [("Problems", "#main"), ("Flood maps for Majuli", "#main")],
    "trail_rtl": [("مسائل", "#main"), ("سیلاب", "#main")],
    "rows_rtl": [
        {"title": "ترجمہ کا جائزہ", "url": "#main", "meta": "1 h, 9 Nov", "amount": 23, "unit": "PTS"},
        {"title": "تصاویر پر نشان", "url": "#main", "meta": "30 min", "state": "returned"},
    ],
    "keys": [
        ("j k", "move"),
        ("1–5", "rate"),
        ("a", "approve"),
        ("r", "return"),
        ("x", "tick"),
        ("Enter", "open"),
    ],
    "personas": [
        {"key": "c", "role": "contributor", "current": True},
        {"key": "r", "role": "reviewer"},
        {"key": "m", "role": "maintainer"},
    ],
}
