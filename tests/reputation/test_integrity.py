"""verify_ledger finds every kind of tampering and names the row, in a ledger changed behind the triggers' back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from accounts.models import Subject
from core import registries
from core.ids import uuid7
from guilds.models import Guild
from reputation.integrity import CHECKS, findings
from reputation.models import Account, Entry, Transfer
from reputation.services import transfer
from tests.reputation.conftest import NOW, approval, logged_in_as, make_guild, tamper

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Ledger:
    """Three approvals of 10, 20 and 30 points for one person; the second is the one to tamper with."""

    guild: Guild
    person: Subject
    rep: Account
    entry: Entry
    transfer: Transfer
    twin: Transfer


@pytest.fixture
def ledger(transactional_db: None) -> Ledger:
    guild, person = make_guild(), Subject.objects.create()
    _first, second, _third = [transfer(approval(guild, person, points), now=NOW) for points in (10, 20, 30)]
    rep = Account.objects.get(kind="rep")
    entry = Entry.objects.get(account=rep, version=2)
    twin = Transfer.objects.get(pk=second[1].id)
    return Ledger(guild, person, rep, entry, Transfer.objects.get(pk=second[0].id), twin)


def verify(**options: object) -> str:
    """What verify_ledger prints; raises CommandError (exit code 1) when it finds something."""
    out = StringIO()
    try:
        call_command("verify_ledger", stdout=out, no_color=True, **options)
    except CommandError as error:
        assert error.returncode == 1
        return f"{out.getvalue()}{error}"
    return out.getvalue()


def all_findings() -> list[str]:
    """Every finding of the ledger's own checks."""
    return [finding for check in CHECKS for finding in findings(check)]


def test_a_sound_ledger_has_no_finding(ledger: Ledger) -> None:
    assert all_findings() == []
    assert "The ledger holds" in verify()


def test_an_empty_ledger_holds(transactional_db: None) -> None:
    assert "The ledger holds" in verify()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("arithmetic", '{"points": 20, "difficulty": "L"}'),
        ("source_id", "01a205a5-da0e-71b5-bfd2-51f469842158"),
        ("source_kind", "favour"),
        ("effective_at", "2020-01-01T00:00:00Z"),
        ("posted_at", "2020-01-01T00:00:00Z"),
        ("policy_version", "9"),
        ("idempotency_key", "forged"),
        ("reason", "review_paid"),
        ("sequence", "3"),
    ],
)
def test_a_changed_transfer_is_named(ledger: Ledger, column: str, value: str) -> None:
    assert tamper(f"UPDATE reputation_transfer SET {column} = %s WHERE id = %s", value, ledger.transfer.pk) == 1
    assert f"reputation_transfer {ledger.transfer.pk}: its content does not match its hash" in all_findings()


def test_a_raised_side_is_named_and_so_is_its_account(ledger: Ledger) -> None:
    tamper("UPDATE reputation_transfer SET amount = 25 WHERE id = %s", ledger.transfer.pk)
    found = all_findings()
    assert any(f.startswith(f"reputation_transfer {ledger.transfer.pk}: its content") for f in found)
    assert any(f.startswith(f"reputation_account {ledger.rep.pk} (rep): balance is 60, but") for f in found)
    [chain] = [f for f in found if f.startswith("reputation_entry")]
    assert chain.startswith(f"reputation_entry {ledger.entry.pk} (account {ledger.rep.pk}, version 2)")
    assert "hash does not follow" in chain and "balance 30 does not follow from 10 and 25" in chain


def test_a_transfer_to_an_account_of_another_unit_is_named(ledger: Ledger) -> None:
    pending = Account.objects.get(guild=ledger.guild, kind="pts_pending", subject=ledger.person)
    tamper("UPDATE reputation_transfer SET target_account_id = %s WHERE id = %s", pending.pk, ledger.transfer.pk)
    found = all_findings()
    assert any(
        f.startswith(f"reputation_transfer {ledger.transfer.pk} moves 20 REP") and "its target is PTS" in f
        for f in found
    )


def test_a_transfer_to_an_account_that_is_not_there_is_named(ledger: Ledger) -> None:
    nowhere = uuid7()
    tamper("UPDATE reputation_transfer SET target_account_id = %s WHERE id = %s", nowhere, ledger.transfer.pk)
    assert any(f.endswith(f"its target {nowhere} is missing") for f in all_findings())


def test_a_raised_balance_is_named(ledger: Ledger) -> None:
    tamper("UPDATE reputation_account SET balance = 500 WHERE id = %s", ledger.rep.pk)
    assert all_findings() == [f"reputation_account {ledger.rep.pk} (rep): balance is 500, but its entries sum to 60"]


def test_a_consistent_forgery_breaks_on_its_hash(ledger: Ledger) -> None:
    """Somebody who knows the tables adjusts every number, but can't leave the hashes as they were."""
    tamper(
        "UPDATE reputation_transfer SET amount = 25, arithmetic = '{\"points\": 25}' WHERE id = %s",
        ledger.transfer.pk,
    )
    tamper(
        "UPDATE reputation_transfer SET target_balance = target_balance + 5 WHERE target_account_id = %s AND target_version >= 2",
        ledger.rep.pk,
    )
    tamper("UPDATE reputation_account SET balance = balance + 5 WHERE id = %s", ledger.rep.pk)
    found = all_findings()
    assert f"reputation_transfer {ledger.transfer.pk}: its content does not match its hash" in found
    assert any(f.startswith(f"reputation_entry {ledger.entry.pk} ") and "hash" in f for f in found)


def test_a_removed_transfer_leaves_gaps_that_are_named(ledger: Ledger) -> None:
    tamper("DELETE FROM reputation_transfer WHERE id = %s", ledger.transfer.pk)
    found = all_findings()
    assert any("version 3): follows version 1" in f for f in found)
    assert any("minted 0 REP and 20 PTS" in f for f in found)


def test_an_approval_removed_whole_leaves_gaps_in_the_persons_accounts(ledger: Ledger) -> None:
    tamper("DELETE FROM reputation_transfer WHERE id IN (%s, %s)", ledger.transfer.pk, ledger.twin.pk)
    assert any(f.startswith(f"reputation_account {ledger.rep.pk} (rep): balance is 60") for f in all_findings())


def test_entries_swapped_between_accounts_break_the_chain(ledger: Ledger) -> None:
    transfer(approval(ledger.guild, Subject.objects.create(), 20), now=NOW)
    other = Entry.objects.filter(amount=20, version=1, account__kind="rep").get()
    tamper("UPDATE reputation_transfer SET target_account_id = %s WHERE id = %s", ledger.rep.pk, other.transfer_id)
    assert any(f.startswith(f"reputation_entry {other.pk} (account {ledger.rep.pk}") for f in all_findings())


def test_an_account_out_of_nowhere_is_named(ledger: Ledger) -> None:
    tamper(
        "INSERT INTO reputation_account (id, guild_id, subject_id, kind, unit, balance, version, last_hash)"
        " VALUES (%s, %s, %s, 'pts_available', 'PTS', 100, 1, sha256('x'))",
        ledger.entry.transfer_id, ledger.guild.pk, ledger.person.pk,
    )  # fmt: skip
    [finding] = all_findings()
    assert finding.startswith(
        f"reputation_account {ledger.entry.transfer_id} (pts_available): has no entries; id does not follow"
    )


def test_an_approval_without_its_points_breaks_invariant_9(ledger: Ledger) -> None:
    [rep, _pts] = approval(ledger.guild, ledger.person, 7)
    [lonely] = transfer([rep], now=NOW)
    [finding] = all_findings()
    assert finding.startswith(f"reputation_transfer {lonely.id}: contribution_approved of deed")
    assert finding.endswith("minted 7 REP and 0 PTS")


def test_a_disabled_trigger_and_a_right_too_many_are_named(ledger: Ledger) -> None:
    app = settings.APP_DATABASE_ROLE
    with logged_in_as("superuser") as cursor:
        cursor.execute("ALTER TABLE reputation_transfer DISABLE TRIGGER transfer_keeps_the_rules")
        cursor.execute(f'GRANT INSERT ON reputation_account TO "{app}"')
    try:
        assert all_findings() == [
            "trigger transfer_keeps_the_rules on reputation_transfer is missing or disabled",
            f"login {app} may INSERT reputation_account",
        ]
    finally:
        with logged_in_as("superuser") as cursor:
            cursor.execute("ALTER TABLE reputation_transfer ENABLE TRIGGER transfer_keeps_the_rules")
            cursor.execute(f'REVOKE INSERT ON reputation_account FROM "{app}"')


def test_the_command_prints_findings_and_fails(ledger: Ledger) -> None:
    tamper("UPDATE reputation_account SET balance = 500 WHERE id = %s", ledger.rep.pk)
    printed = verify()
    assert f"reputation_account {ledger.rep.pk} (rep): balance is 500" in printed
    assert "1 finding(s). The ledger does not hold." in printed


def test_one_guild_can_be_verified_alone(ledger: Ledger) -> None:
    sound = make_guild()
    transfer(approval(sound, ledger.person), now=NOW)
    tamper("UPDATE reputation_account SET balance = 500 WHERE id = %s", ledger.rep.pk)
    tamper("UPDATE reputation_transfer SET amount = 25 WHERE id = %s", ledger.transfer.pk)
    own = {check: list(findings(check, sound.pk)) for check in CHECKS}
    assert not any(own.values())
    assert str(ledger.rep.pk) in verify(guild=ledger.guild.slug)
    with pytest.raises(CommandError, match="no guild"):
        call_command("verify_ledger", guild="nowhere")


@pytest.fixture
def failing_check() -> Iterator[None]:
    registries.register_integrity_check("ledger", "a higher app's check", lambda: ["contribution 7 has no transfer"])
    yield
    del registries._checks["ledger"]["a higher app's check"]


def test_checks_of_higher_apps_run_too(transactional_db: None, failing_check: None) -> None:
    assert "  contribution 7 has no transfer" in verify()
