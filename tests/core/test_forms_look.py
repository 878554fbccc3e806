"""A Django form written as one variable: labels, hints and errors tied to their fields."""

import re

from django import forms
from django.core.exceptions import ValidationError


class ExampleForm(forms.Form):
    """A field of each kind that the form templates treat apart."""

    title = forms.CharField(label="Title", help_text="Short and plain.")
    minutes = forms.ChoiceField(label="How long?", choices=[("30", "½ h"), ("60", "1 h")], widget=forms.RadioSelect)
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea)
    agree = forms.BooleanField(label="I did it myself", required=False)
    client_id = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean(self) -> dict[str, object]:
        if self.cleaned_data.get("note") == "refuse":
            raise ValidationError("This day already holds 16 hours.")
        return self.cleaned_data


def test_an_error_and_a_hint_are_read_out_with_their_field() -> None:
    html = str(ExampleForm({"minutes": "60"}))
    described = re.search(r'<input[^>]*name="title"[^>]*aria-describedby="([^"]+)"', html)
    assert described
    for identifier in described[1].split():
        assert f'id="{identifier}"' in html
    assert 'aria-invalid="true"' in html


def test_a_form_with_errors_begins_with_all_of_them_each_leading_to_its_field() -> None:
    html = str(ExampleForm({"note": "refuse"}))
    summary = html[: html.index('class="field')]
    assert 'role="alert"' in summary
    assert "This day already holds 16 hours." in summary
    assert 'href="#id_title"' in summary
    # A group of radio buttons has no control of its own name: its link leads to the group.
    assert 'href="#id_minutes"' in summary
    assert 'id="id_minutes"' in html


def test_a_form_without_errors_has_no_summary() -> None:
    assert 'role="alert"' not in str(ExampleForm())


def test_radio_buttons_are_a_group_with_a_question() -> None:
    html = str(ExampleForm())
    assert re.search(r"<fieldset>\s*<legend>How long\?</legend>", html)


def test_what_may_be_left_out_says_so_and_words_take_their_own_direction() -> None:
    html = str(ExampleForm())
    assert re.search(r'<label for="id_note">Note <span class="optional">\(optional\)</span></label>', html)
    assert re.search(r'<textarea name="note" dir="auto"', html)
    assert re.search(r'<input type="text" name="title" dir="auto"', html)


def test_a_hidden_field_is_in_the_form_and_has_no_label() -> None:
    html = str(ExampleForm())
    assert '<input type="hidden" name="client_id"' in html
    assert "Client id" not in html
