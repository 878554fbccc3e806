"""Local voices: what affected people said, with their consent, and taking it back."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Subject
from accounts.queries import lock_person
from core.errors import DomainError
from core.events import record_event
from core.limits import check_limit
from guilds.services import drop_exports
from moderation.services import forget_case_words
from projects.models import Problem, Voice
from projects.permissions import check_can_post_problem, check_can_withdraw_voice
from projects.rules import names_a_way_to_reach_somebody
from projects.services.endorsements import hearing_problem
from projects.services.sent_twice import sent_before

#: What a voice says and how its person agreed.
VOICE_FIELDS = (
    "words", "language", "translation", "translation_language", "role", "place", "consent", "consented_on", "is_public",
)  # fmt: skip


class VoiceTellsTooMuch(DomainError):
    """A voice names a way to reach the person quoted."""

    code = "voice_tells_too_much"


class ConsentUnclear(DomainError):
    """It isn't said how or when the person agreed."""

    code = "consent_unclear"


@transaction.atomic
def add_voice(
    *,
    problem: Problem,
    by: Subject,
    now: datetime,
    words: str,
    role: str,
    consent: str,
    consented_on: date,
    language: str = "en",
    translation: str = "",
    translation_language: str = "en",
    place: str = "",
    is_public: bool = False,
) -> Voice:
    """Write down what an affected person said to `by`, who holds their consent; sent twice it is one.

    Raises VoiceTellsTooMuch for a telephone number or an address, ConsentUnclear without a way and a day of
    consent, ProblemDeaf where the problem takes no voices.
    """
    sent = sent_before(Voice, by=by, now=now, problem=problem, words=words, role=role)
    if sent:
        return sent
    problem = hearing_problem(problem)
    check_can_post_problem(by, problem.guild)
    if not words.strip() or not role.strip():
        raise DomainError(_("A voice has words, and says who speaks: “a fisher”, “a nurse”."))
    for text in (words, translation, role, place):
        if names_a_way_to_reach_somebody(text):
            raise VoiceTellsTooMuch(
                _("This looks like a telephone number or an e-mail address. Nobody quoted here should be found by it.")
            )
    if consent not in Voice.Consent.values or consented_on > (now + timedelta(days=1)).date():
        raise ConsentUnclear(_("Say how they agreed, and on which day; it can't lie in the future."))
    check_limit("voice", by.pk, now=now)
    voice = Voice.objects.create(
        problem=problem,
        author=by,
        created_at=now,
        words=words,
        language=language,
        translation=translation,
        translation_language=translation_language,
        role=role,
        place=place,
        consent=consent,
        consented_on=consented_on,
        is_public=is_public,
    )
    _event("voice.added", voice, by=by, now=now)
    return voice


@transaction.atomic
def withdraw_voice(*, voice: Voice, by: Subject, now: datetime) -> Voice:
    """Take a voice back because its person asks: the words go for good, a mark stays. Twice is once.

    They go from what moderators keep of it, from kept answers of the API, and with the guild's files as well.
    """
    lock_person(by.pk)
    Problem.objects.select_for_update(no_key=True).get(pk=voice.problem_id)
    rows = Voice.objects.select_for_update(no_key=True, of=("self",)).select_related("problem__guild")
    voice = rows.get(pk=voice.pk)  # under its lock: a moderator may hide it in the same moment
    check_can_withdraw_voice(by, voice, now)
    if voice.withdrawn_at is not None:
        return voice
    voice.words = voice.translation = voice.role = voice.place = ""
    voice.is_public = False
    voice.withdrawn_by, voice.withdrawn_at = by, now
    voice.save()
    forget_case_words(kind="voice", object_id=voice.pk)
    drop_exports(guild_id=voice.problem.guild_id, now=now)
    _event("voice.withdrawn", voice, by=by, now=now)
    return voice


def _event(kind: str, voice: Voice, *, by: Subject, now: datetime, **data: Any) -> None:
    record_event(
        kind,
        now=now,
        actor=by.pk,
        guild=voice.problem.guild_id,
        object_kind="voice",
        object_id=voice.pk,
        data={"problem": voice.problem_id, **data},
    )
