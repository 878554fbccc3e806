"""How each verb is tried: with everything in order but, perhaps, who asks. A new verb adds its trial here.

`trial(key, about=maker)(act)`: `key` names the line of the table (the verb, or `verb (when)`), `maker(world)` makes what the
verb is about while the guild is open, and `act(world, by, thing)` calls the verb.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from accounts import services as accounts
from accounts.models import ImportedIdentity, Subject
from contributions import services as contributions
from contributions.models import Challenge, Contribution, FeedbackSnippet, IntegrityCase, PanelSeat, SecondLook
from contributions.services import challenges, history, history_acceptance, history_uploads, looks, patterns, simulation
from core.ids import uuid7
from guilds import services as guilds
from guilds.invitation_mail import address_digest
from guilds.invitation_reading import read_people
from guilds.models import Grant, Guild, InvitationList, PolicyDraft
from matching import services as matching
from moderation import services as moderation
from moderation.models import Case
from notices import services as notices
from notices.models import Mail
from projects import services as projects
from projects.models import Problem, Task, TaskTemplate, Voice
from reputation import services as reputation
from reputation.models import Sanction, Vouch
from tests.contributions.histories import as_file, days_of
from tests.factories import World, make_person
from tests.reputation.test_standing import earn

Act = Callable[[World, Subject, Any], object]


@dataclass(frozen=True)
class Trial:
    """What a verb is about, and calling it as somebody."""

    act: Act
    about: Callable[[World], Any] = lambda world: None


TRIALS: dict[str, Trial] = {}


def trial(key: str, about: Callable[[World], Any] = lambda world: None) -> Callable[[Act], Act]:
    """Say how the line `key` of the table is tried."""

    def keep(act: Act) -> Act:
        assert key not in TRIALS
        TRIALS[key] = Trial(act, about)
        return act

    return keep


# What the trials are about ------------------------------------------------------------------------------------------


def draft(w: World) -> Problem:
    return projects.draft_problem(
        guild=w.guild, by=w.contributor, now=w.now, title="A draft", statement="s", affected_people="p", place="Majuli"
    )


def handed_in(w: World) -> Problem:
    return projects.submit_problem(problem=draft(w), by=w.contributor, now=w.now)


def repeated(w: World) -> Problem:
    return projects.mark_duplicate_problem(problem=handed_in(w), original=w.problem, by=w.maintainer, now=w.now)


def heard(w: World, by: Subject | None = None) -> Voice:
    return projects.add_voice(
        problem=w.problem, by=by or w.contributor, now=w.now, words="The radio said nothing.", role="fisher",
        consent="spoken", consented_on=w.now.date(),
    )  # fmt: skip


def template(w: World) -> TaskTemplate:
    return projects.save_task_template(task=w.task, by=w.maintainer, now=w.now)


def draft_task(w: World) -> Task:
    return projects.draft_task(project=w.project, by=w.maintainer, now=w.now, title="A task")


def claimed(w: World) -> Task:
    return projects.claim_task(task=w.task, by=w.contributor, now=w.now)


def logged(w: World, by: Subject | None = None) -> Contribution:
    return contributions.log_hours(
        by=by or w.contributor,
        client_id=uuid7(),
        task=w.open_work,
        entries=[contributions.EntryInput(w.now.date() - timedelta(days=1), 30)],
        now=w.now,
    ).contribution


def proposed(w: World) -> Guild:
    return guilds.propose_guild(slug="proposed", name="P", summary="s", by=w.outsider, now=w.now)


def uploaded(w: World) -> Any:
    return history_uploads.upload_history(
        project=w.project, by=w.maintainer, file_name="h", data=as_file(days_of("Mo", 1)), now=w.now
    )


def brought(w: World) -> Any:
    return history.bring_history(project=w.project, commits=days_of("Mo", 1), by=w.maintainer, now=w.now).history_import


def rejected(w: World) -> Contribution:
    work = logged(w)
    contributions.reject_contribution(contribution=work, by=w.reviewer, reason="No.", next_step="Other.", now=w.now)
    return work


def judged(w: World) -> Contribution:
    """Work on which the contributor, a reviewer for once, has just given a verdict."""
    guilds.grant_right(guild=w.guild, subject=w.contributor, right="reviewer", by=w.steward, now=w.now)
    work = logged(w, w.maintainer)
    contributions.give_verdict(contribution=work, by=w.contributor, verdict="returned", reason="Which?", now=w.now)
    return work


def decided(w: World) -> Contribution:
    """The contributor's work with a verdict."""
    work = logged(w)
    contributions.approve_contribution(contribution=work, by=w.reviewer, rubric=3, minutes=30, now=w.now)
    return work


def looked_at(w: World) -> SecondLook:
    """An approval by a reviewer of whom no trial is."""
    work, judge = logged(w), make_person("judge")
    guilds.join_guild(guild=w.guild, by=judge, now=w.now)
    guilds.grant_right(guild=w.guild, subject=judge, right="reviewer", by=w.steward, now=w.now)
    contributions.approve_contribution(contribution=work, by=judge, rubric=3, minutes=30, now=w.now)
    return SecondLook.objects.select_related("contribution", "review").get(contribution=work)


def pattern(w: World) -> IntegrityCase:
    return IntegrityCase.objects.create(
        guild=w.guild, kind="long_hours", fingerprint="f" * 64, subjects=[uuid7()], weight=9, found_at=w.now,
        seen_at=w.now, evidence={"pieces": 7, "minutes": 1260, "usual_minutes": 420, "times_x10": 30},
    )  # fmt: skip


def known_member(w: World) -> Subject:
    """Another member; everybody who belongs to the guild has standing enough."""
    members = w.guild.memberships.filter(left_at=None).select_related("subject")
    for seat in members:
        earn(seat.subject, w.guild, 150, 0, now=w.now)
    return fresh_member(w)


def vouched(w: World) -> Vouch:
    return Vouch.objects.create(guild=w.guild, voucher=w.contributor, subject=fresh_member(w), vouched_at=w.now)


def stopped(w: World) -> Sanction:
    return Sanction.objects.create(
        guild=w.guild, subject=fresh_member(w), kind="claiming", reason="We talked.", put_by=w.hub_steward,
        begins_at=w.now, ends_at=w.now + timedelta(days=9),
    )  # fmt: skip


def sat_on(w: World) -> Challenge:
    """A case about the maintainer's work for which the contributor was drawn."""
    work = logged(w, w.maintainer)
    contributions.approve_contribution(contribution=work, by=w.reviewer, rubric=3, minutes=30, now=w.now)
    case = challenges.raise_challenge(contribution=work, by=w.maintainer, reason="It was longer.", now=w.now)
    rows = Challenge.objects.filter(pk=case.pk)
    rows.update(state="seeded", seed="0" * 64, seed_size=1, seeded_at=w.now)
    rows.update(state="drawn", drawn_at=w.now + timedelta(minutes=1), seats_wanted=3, panel="guild")
    PanelSeat.objects.create(challenge=case, subject=w.contributor, place=9, asked_at=w.now)
    return Challenge.objects.get(pk=case.pk)


def snippet(w: World) -> FeedbackSnippet:
    return contributions.add_snippet(by=w.contributor, words="Which photos?", now=w.now)


def withdrawn(w: World) -> Contribution:
    return contributions.withdraw_contribution(contribution=logged(w), by=w.contributor, now=w.now)


def fresh_member(w: World) -> Subject:
    person = make_person("fresh")
    guilds.join_guild(guild=w.guild, by=person, now=w.now)
    return person


def own_token(w: World) -> accounts.MadeToken:
    return accounts.make_token(by=w.contributor, name="Phone", scopes=["read"], days=9, now=w.now)


# accounts and notices -----------------------------------------------------------------------------------------------

trial("save_availability")(lambda w, by, _: matching.save_availability(by=by, now=w.now, minutes_a_week=60))
trial("save_profile")(lambda w, by, _: accounts.save_profile(subject=by, display_name="Me"))
trial("erase_person")(lambda w, by, _: accounts.erase_person(subject_id=by.pk, by=by.pk, now=w.now))
trial("export_person")(lambda w, by, _: accounts.export_person(subject_id=by.pk))
trial("make_token")(lambda w, by, _: accounts.make_token(by=by, name="Phone", scopes=["read"], days=9, now=w.now))
trial("revoke_token", about=own_token)(lambda w, by, made: accounts.revoke_token(token=made.token, by=by, now=w.now))
trial("save_mail_choices")(lambda w, by, _: notices.save_mail_choices(by=by, now=w.now, muted=["work"]))


def mail_in_doubt(w: World) -> Mail:
    return Mail.objects.create(
        subject=w.contributor, kind="digest", period=w.now.date() - timedelta(days=w.now.weekday()), state="unknown",
        why="answer_lost", attempts=1, due_at=w.now, tried_at=w.now, ended_at=w.now,
    )  # fmt: skip


trial("resend_mail", mail_in_doubt)(lambda w, by, mail: notices.resend_mail(mail_id=mail.pk, by=by, now=w.now))
trial("leave_mail", mail_in_doubt)(lambda w, by, mail: notices.leave_mail(mail_id=mail.pk, by=by, now=w.now))
trial("mark_inbox_read")(lambda w, by, _: notices.mark_inbox_read(by=by, now=w.now))
trial("claim_identity", about=brought)(
    lambda w, by, _: accounts.claim_identity(identity=ImportedIdentity.objects.get(), by=by, now=w.now)
)


# guilds -------------------------------------------------------------------------------------------------------------

trial("propose_guild")(lambda w, by, _: guilds.propose_guild(slug="new-one", name="N", summary="s", by=by, now=w.now))
trial("join_guild")(lambda w, by, _: guilds.join_guild(guild=w.guild, by=by, now=w.now))
trial("leave_guild")(lambda w, by, _: guilds.leave_guild(guild=w.guild, by=by, now=w.now))
trial("open_guild", about=proposed)(
    lambda w, by, guild: guilds.open_guild(guild=guild, steward=w.outsider, by=by, now=w.now)
)
trial("grant_right", about=fresh_member)(
    lambda w, by, fresh: guilds.grant_right(guild=w.guild, subject=fresh, right="reviewer", by=by, now=w.now)
)
trial("revoke_right", about=lambda w: Grant.objects.get(guild=w.guild, subject=w.reviewer))(
    lambda w, by, grant: guilds.revoke_right(grant=grant, by=by, now=w.now)
)
trial("publish_policy")(
    lambda w, by, _: guilds.publish_policy(guild=w.guild, by=by, now=w.now, effective_at=w.now, claim_lease_days=9)
)


def policy_draft(w: World) -> PolicyDraft:
    return guilds.save_policy_draft(guild=w.guild, by=w.steward, now=w.now, points_per_hour=12, reason="Rents rose.")


trial("save_policy_draft")(
    lambda w, by, _: guilds.save_policy_draft(guild=w.guild, by=by, now=w.now, points_per_hour=13)
)
trial("discard_policy_draft", about=policy_draft)(
    lambda w, by, draft: guilds.discard_policy_draft(draft=draft, by=by, now=w.now)
)
trial("publish_policy_draft", about=policy_draft)(
    lambda w, by, draft: guilds.publish_policy_draft(draft=draft, by=by, now=w.now)
)
trial("simulate_policy_draft", about=policy_draft)(
    lambda w, by, draft: simulation.simulate_policy_draft(draft=draft, by=by, since=None, now=w.now)
)


def proposed_by_contributor(w: World) -> Guild:
    return guilds.propose_guild(slug="mine", name="P", summary="s", by=w.contributor, now=w.now)


def by_request(w: World) -> None:
    guilds.change_joining(guild=w.guild, joining="request", by=w.steward, now=w.now)


def asked(w: World) -> Any:
    by_request(w)
    guilds.leave_guild(guild=w.guild, by=w.contributor, now=w.now)
    return guilds.ask_to_join(guild=w.guild, by=w.contributor, now=w.now)


def link(w: World) -> Any:
    until = w.now + timedelta(days=9)
    return guilds.make_invite(guild=w.guild, by=w.steward, now=w.now, uses_most=5, expires_at=until).link


def closing(w: World) -> Any:
    second = fresh_member(w)
    guilds.grant_right(guild=w.guild, subject=second, right="steward", by=w.steward, now=w.now)
    return guilds.propose_closing(guild=w.guild, by=second, reason="We are done.", now=w.now)


def offered(w: World) -> Any:
    return guilds.offer_stewardship(guild=w.guild, to=w.contributor, by=w.steward, now=w.now)


trial("edit_proposal", about=proposed_by_contributor)(
    lambda w, by, guild: guilds.edit_proposal(guild=guild, by=by, now=w.now, name="N")
)
trial("withdraw_proposal", about=proposed_by_contributor)(
    lambda w, by, guild: guilds.withdraw_proposal(guild=guild, by=by, now=w.now)
)
trial("decline_guild", about=proposed)(
    lambda w, by, guild: guilds.decline_guild(guild=guild, by=by, reason="Not ours.", now=w.now)
)
trial("edit_guild")(lambda w, by, _: guilds.edit_guild(guild=w.guild, by=by, now=w.now, name="N"))
trial("ask_to_join", about=by_request)(lambda w, by, _: guilds.ask_to_join(guild=w.guild, by=by, now=w.now))
trial("withdraw_join_request", about=asked)(
    lambda w, by, request: guilds.withdraw_join_request(request=request, by=by, now=w.now)
)
trial("answer_join_request", about=asked)(
    lambda w, by, request: guilds.answer_join_request(request=request, is_accepted=True, by=by, now=w.now)
)
trial("make_invite")(
    lambda w, by, _: guilds.make_invite(
        guild=w.guild, by=by, now=w.now, uses_most=5, expires_at=w.now + timedelta(days=9)
    )
)
trial("revoke_invite", about=link)(lambda w, by, link: guilds.revoke_invite(link=link, by=by, now=w.now))
trial("join_by_invite", about=link)(lambda w, by, link: guilds.join_by_invite(link=link, by=by, now=w.now))
trial("change_joining")(lambda w, by, _: guilds.change_joining(guild=w.guild, joining="invite", by=by, now=w.now))
trial("choose_roles")(lambda w, by, _: guilds.choose_roles(guild=w.guild, roles=["code"], by=by, now=w.now))
trial(
    "give_back_right",
    about=lambda w: guilds.grant_right(guild=w.guild, subject=w.contributor, right="reviewer", by=w.steward, now=w.now),
)(lambda w, by, grant: guilds.give_back_right(grant=grant, by=by, now=w.now))
trial("offer_stewardship", about=fresh_member)(
    lambda w, by, to: guilds.offer_stewardship(guild=w.guild, to=to, by=by, now=w.now)
)
trial("accept_stewardship", about=offered)(
    lambda w, by, handover: guilds.accept_stewardship(handover=handover, by=by, now=w.now)
)
trial("decline_stewardship", about=offered)(
    lambda w, by, handover: guilds.decline_stewardship(handover=handover, by=by, now=w.now)
)
trial("withdraw_stewardship", about=offered)(
    lambda w, by, handover: guilds.withdraw_stewardship(handover=handover, by=by, now=w.now)
)
trial("propose_closing")(lambda w, by, _: guilds.propose_closing(guild=w.guild, by=by, reason="Done.", now=w.now))
trial("confirm_closing", about=closing)(
    lambda w, by, closing: guilds.confirm_closing(closing=closing, by=by, now=w.now)
)
trial("withdraw_closing", about=closing)(
    lambda w, by, closing: guilds.withdraw_closing(closing=closing, by=by, now=w.now)
)


def people_to_invite(w: World) -> InvitationList:
    read = partial(read_people, b"asha@example.net\n")
    return guilds.bring_invitations(guild=w.guild, by=w.steward, now=w.now, read=read)


def begun(w: World) -> InvitationList:
    return guilds.send_invitations(invitation_list=people_to_invite(w), by=w.steward, now=w.now)


def paused(w: World) -> InvitationList:
    return guilds.pause_invitations(invitation_list=begun(w), by=w.steward, now=w.now)


trial("bring_invitations")(
    lambda w, by, _: guilds.bring_invitations(
        guild=w.guild, by=by, now=w.now, read=partial(read_people, b"asha@example.net\n")
    )
)
for _verb, _about in (
    (guilds.send_invitations, people_to_invite),
    (guilds.discard_invitations, people_to_invite),
    (guilds.pause_invitations, begun),
    (guilds.stop_invitations, begun),
    (guilds.withdraw_invitations, begun),
    (guilds.resume_invitations, paused),
):
    trial(_verb.__name__, about=_about)(lambda w, by, row, verb=_verb: verb(invitation_list=row, by=by, now=w.now))  # type: ignore[misc]
trial("accept_invitation", about=lambda w: begun(w).rows.get())(
    lambda w, by, invitation: guilds.accept_invitation(invitation=invitation, by=by, now=w.now)
)
trial("refuse_invitations", about=lambda w: begun(w).rows.get())(
    lambda w, by, invitation: guilds.refuse_invitations(
        invitation_id=invitation.pk, digest=address_digest(invitation.email), now=w.now
    )
)
trial("order_export (without names)")(
    lambda w, by, _: guilds.order_export(guild=w.guild, has_names=False, by=by, now=w.now)
)
trial("order_export (with names)")(
    lambda w, by, _: guilds.order_export(guild=w.guild, has_names=True, by=by, now=w.now)
)


# projects -----------------------------------------------------------------------------------------------------------

trial("draft_problem")(lambda w, by, _: projects.draft_problem(guild=w.guild, by=by, now=w.now, title="T"))
trial("edit_problem (a draft)", about=draft)(
    lambda w, by, problem: projects.edit_problem(problem=problem, by=by, now=w.now, title="N")
)
trial("edit_problem (handed in)", about=handed_in)(
    lambda w, by, problem: projects.edit_problem(problem=problem, by=by, now=w.now, title="N")
)
trial("submit_problem", about=draft)(lambda w, by, problem: projects.submit_problem(problem=problem, by=by, now=w.now))
trial("accept_problem", about=handed_in)(
    lambda w, by, problem: projects.accept_problem(problem=problem, by=by, now=w.now)
)
trial("decide_problem", about=handed_in)(
    lambda w, by, problem: projects.decide_problem(problem=problem, to="parked", by=by, now=w.now, reason="later")
)
trial("mark_duplicate_problem", about=handed_in)(
    lambda w, by, problem: projects.mark_duplicate_problem(problem=problem, original=w.problem, by=by, now=w.now)
)
trial("propose_project")(
    lambda w, by, _: projects.propose_project(problem=w.problem, by=by, now=w.now, title="T", summary="s")
)
trial("edit_project")(lambda w, by, _: projects.edit_project(project=w.project, by=by, now=w.now, title="N"))
trial("change_project_state")(
    lambda w, by, _: projects.change_project_state(project=w.project, to="active", by=by, now=w.now)
)
trial("draft_task")(lambda w, by, _: projects.draft_task(project=w.project, by=by, now=w.now, title="T"))
trial("edit_task", about=draft_task)(lambda w, by, task: projects.edit_task(task=task, by=by, now=w.now, title="N"))
trial("publish_task", about=draft_task)(lambda w, by, task: projects.publish_task(task=task, by=by, now=w.now))
trial("claim_task")(lambda w, by, _: projects.claim_task(task=w.task, by=by, now=w.now))
trial("release_task", about=claimed)(lambda w, by, task: projects.release_task(task=task, by=by, now=w.now))
trial("expire_task")(lambda w, by, _: projects.expire_task(task=w.task, by=by, now=w.now, reason="done"))

trial("discard_problem", about=draft)(
    lambda w, by, problem: projects.discard_problem(problem=problem, by=by, now=w.now)
)
trial("restore_duplicate_problem", about=repeated)(
    lambda w, by, problem: projects.restore_duplicate_problem(problem=problem, by=by, now=w.now)
)
trial("add_voice")(lambda w, by, _: heard(w, by))
trial("withdraw_voice", about=heard)(lambda w, by, voice: projects.withdraw_voice(voice=voice, by=by, now=w.now))
trial("endorse_problem")(
    lambda w, by, _: projects.endorse_problem(problem=w.problem, by=by, kind="affected", now=w.now)
)
trial("withdraw_endorsement")(lambda w, by, _: projects.withdraw_endorsement(problem=w.problem, by=by, now=w.now))
trial("extend_claim", about=claimed)(lambda w, by, task: projects.extend_claim(task=task, by=by, now=w.now))
trial("note_progress", about=claimed)(
    lambda w, by, task: projects.note_progress(task=task, by=by, now=w.now, words="Half of it.")
)
trial("save_task_template")(lambda w, by, _: projects.save_task_template(task=w.task, by=by, now=w.now))
trial("retire_task_template", about=template)(
    lambda w, by, kept: projects.retire_task_template(template=kept, by=by, now=w.now)
)


# contributions ------------------------------------------------------------------------------------------------------

trial("log_hours")(lambda w, by, _: logged(w, by))
trial("log_kept_hours")(
    lambda w, by, _: contributions.log_kept_hours(
        by=by,
        kept=[contributions.KeptHours(uuid7(), w.open_work, (contributions.EntryInput(w.now.date(), 30),))],
        now=w.now,
    )
)
trial("take_review", about=logged)(lambda w, by, work: contributions.take_review(contribution=work, by=by, now=w.now))
trial("release_review", about=logged)(
    lambda w, by, work: contributions.release_review(contribution=work, by=by, now=w.now)
)
trial("approve_contribution", about=logged)(
    lambda w, by, work: contributions.approve_contribution(
        contribution=work, by=by, rubric=3, minutes=30, now=w.now, reason="Clear."
    )
)
trial("return_contribution", about=logged)(
    lambda w, by, work: contributions.return_contribution(contribution=work, by=by, reason="Which?", now=w.now)
)
trial("reject_contribution", about=logged)(
    lambda w, by, work: contributions.reject_contribution(
        contribution=work, by=by, reason="No.", next_step="Another.", now=w.now
    )
)
trial("give_verdict", about=logged)(
    lambda w, by, work: contributions.give_verdict(
        contribution=work, by=by, verdict="approved", rubric=3, minutes=30, now=w.now
    )
)
trial("give_verdicts", about=lambda w: [logged(w), logged(w)])(
    lambda w, by, works: contributions.give_verdicts(
        contributions=works, by=by, verdict="returned", reason="Which?", now=w.now
    )
)
trial("undo_verdict", about=judged)(lambda w, by, work: contributions.undo_verdict(contribution=work, by=by))
trial("switch_boards")(lambda w, by, _: guilds.switch_boards(guild=w.guild, on=True, by=by, now=w.now))
trial("close_integrity_case", about=pattern)(
    lambda w, by, case: patterns.close_integrity_case(case=case, by=by, outcome="acted", words="We talked.", now=w.now)
)
trial("vouch_for", about=known_member)(
    lambda w, by, who: reputation.vouch_for(guild=w.guild, subject=who, by=by, now=w.now)
)
trial("withdraw_vouch", about=vouched)(lambda w, by, vouch: reputation.withdraw_vouch(vouch=vouch, by=by, now=w.now))
trial("put_sanction", about=fresh_member)(
    lambda w, by, who: reputation.put_sanction(
        guild=w.guild,
        subject=who,
        kind="claiming",
        reason="We talked.",
        ends_at=w.now + timedelta(days=9),
        by=by,
        now=w.now,
    )
)
trial("lift_sanction", about=stopped)(
    lambda w, by, row: reputation.lift_sanction(sanction=row, by=by, reason="Settled.", now=w.now)
)
trial("look_again", about=looked_at)(lambda w, by, look: looks.look_again(look=look, by=by, agrees=True, now=w.now))
trial("raise_challenge", about=decided)(
    lambda w, by, work: challenges.raise_challenge(contribution=work, by=by, reason="It was longer.", now=w.now)
)
trial("give_panel_vote", about=sat_on)(
    lambda w, by, case: challenges.give_panel_vote(challenge=case, by=by, vote="uphold", reason="So it is.", now=w.now)
)
trial("decline_seat", about=sat_on)(lambda w, by, case: challenges.decline_seat(challenge=case, by=by, now=w.now))
trial("add_snippet")(lambda w, by, _: contributions.add_snippet(by=by, words="Which photos?", now=w.now))
trial("edit_snippet", about=snippet)(
    lambda w, by, kept: contributions.edit_snippet(snippet=kept, by=by, words="Which of the photos?")
)
trial("delete_snippet", about=snippet)(lambda w, by, kept: contributions.delete_snippet(snippet=kept, by=by))
trial("submit_contribution", about=logged)(
    lambda w, by, work: contributions.submit_contribution(contribution=work, by=by, now=w.now)
)
trial("withdraw_contribution", about=logged)(
    lambda w, by, work: contributions.withdraw_contribution(contribution=work, by=by, now=w.now)
)
trial("edit_contribution", about=withdrawn)(
    lambda w, by, work: contributions.edit_contribution(
        contribution=work,
        by=by,
        now=w.now,
        task=w.open_work,
        entries=[contributions.EntryInput(w.now.date(), 20)],
        note="",
        link="",
    )
)
trial("retry_contribution", about=rejected)(
    lambda w, by, work: contributions.retry_contribution(contribution=work, by=by, now=w.now)
)
trial("bring_history")(
    lambda w, by, _: history.bring_history(project=w.project, commits=days_of("Mo", 1), by=by, now=w.now)
)
trial("upload_history")(
    lambda w, by, _: history_uploads.upload_history(
        project=w.project, by=by, file_name="h", data=as_file(days_of("Mo", 1)), now=w.now
    )
)
trial("start_import", about=uploaded)(
    lambda w, by, row: history_uploads.start_import(history_import=row, by=by, now=w.now)
)
trial("discard_import", about=uploaded)(
    lambda w, by, row: history_uploads.discard_import(history_import=row, by=by, now=w.now)
)
trial("take_back_import", about=brought)(
    lambda w, by, row: history.take_back_import(history_import=row, by=by, now=w.now)
)
trial("start_acceptance", about=brought)(
    lambda w, by, _: history_acceptance.start_acceptance(project=w.project, by=by, now=w.now)
)
trial("accept_history", about=brought)(
    lambda w, by, _: history_acceptance.accept_history(project=w.project, by=by, now=w.now)
)


# Moderation: about the contributor's problem, reported by somebody who is nothing to the guild -------------------------


def reported(w: World) -> Case:
    return moderation.report_writing(
        kind="problem", object_id=w.problem.pk, by=w.newcomer, concern="spam", now=w.now
    ).case


def hidden(w: World) -> Case:
    somebody = make_person("another-hub-steward", is_hub_steward=True)
    return moderation.hide_writing(case=reported(w), by=somebody, concern="spam", reason="Advertising.", now=w.now)


def appealed(w: World) -> Case:
    return moderation.appeal_case(case=hidden(w), by=w.contributor, words="It is not.", now=w.now)


@trial("report_writing")
def _(w: World, by: Subject, thing: Any) -> object:
    return moderation.report_writing(kind="problem", object_id=w.problem.pk, by=by, concern="spam", now=w.now)


@trial("hide_writing", about=reported)
def _(w: World, by: Subject, thing: Any) -> object:
    return moderation.hide_writing(case=thing, by=by, concern="spam", reason="Advertising.", now=w.now)


@trial("dismiss_case", about=reported)
def _(w: World, by: Subject, thing: Any) -> object:
    return moderation.dismiss_case(case=thing, by=by, reason="It is fine.", now=w.now)


@trial("show_writing", about=hidden)
def _(w: World, by: Subject, thing: Any) -> object:
    return moderation.show_writing(case=thing, by=by, reason="A mistake.", now=w.now)


@trial("appeal_case", about=hidden)
def _(w: World, by: Subject, thing: Any) -> object:
    return moderation.appeal_case(case=thing, by=by, words="It is not.", now=w.now)


@trial("settle_appeal", about=appealed)
def _(w: World, by: Subject, thing: Any) -> object:
    return moderation.settle_appeal(case=thing, by=by, is_upheld=False, reason="Right.", now=w.now)
