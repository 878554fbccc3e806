"""The database itself refuses what must not happen, whoever asks."""

from __future__ import annotations

from contextlib import AbstractContextManager

import psycopg2
import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import Subject
from core.ids import uuid7
from guilds.models import Guild
from reputation.models import Account, Entry, Transfer
from reputation.services import transfer
from tests.reputation.conftest import NOW, approval, logged_in_as, make_guild

TABLES = ["reputation_transfer", "reputation_account"]
CHANGES = [
    "UPDATE reputation_transfer SET amount = amount + 1",
    "DELETE FROM reputation_transfer",
    "DELETE FROM reputation_account",
    "TRUNCATE reputation_transfer CASCADE",
    "TRUNCATE reputation_account CASCADE",
]
#: Entries are a view of the transfers.
CHANGES_OF_ENTRIES = [
    "UPDATE reputation_entry SET amount = amount + 1",
    "DELETE FROM reputation_entry",
    "INSERT INTO reputation_entry SELECT * FROM reputation_entry",
    "TRUNCATE reputation_entry",
]


def refused(*codes: str) -> AbstractContextManager[pytest.ExceptionInfo[psycopg2.Error]]:
    """The statement inside must fail with one of these SQLSTATEs."""
    return pytest.raises(psycopg2.Error, check=lambda error: error.pgcode in codes)  # type: ignore[call-overload,no-any-return]


@pytest.mark.parametrize("sql", CHANGES)
def test_the_web_login_may_not_change_the_ledger(guild: Guild, person: Subject, sql: str) -> None:
    transfer(approval(guild, person), now=NOW)
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


@pytest.mark.parametrize("table", TABLES)
def test_the_web_login_may_not_insert_either(guild: Guild, table: str) -> None:
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"INSERT INTO {table} SELECT * FROM {table}")


def test_the_web_login_can_read_everything_and_owns_nothing(db: None) -> None:
    assert (Account.objects.count(), Transfer.objects.count(), Entry.objects.count()) == (0, 0, 0)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_tables WHERE tablename LIKE 'reputation_%' AND tableowner = current_user"
        )
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT proname FROM pg_proc WHERE prosecdef AND proacl IS NULL")
        assert cursor.fetchall() == [], "a SECURITY DEFINER function that anybody may call"


@pytest.mark.parametrize("login", ["owner", "superuser"])
@pytest.mark.parametrize("sql", CHANGES)
def test_not_even_owner_and_superuser_change_what_was_posted(db: None, login: str, sql: str) -> None:
    with refused("GH001"), logged_in_as(login) as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize("login", ["owner", "superuser"])
@pytest.mark.parametrize("sql", CHANGES_OF_ENTRIES)
def test_nobody_writes_entries(db: None, login: str, sql: str) -> None:
    with refused("55000", "42809"), logged_in_as(login) as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize("sql", CHANGES_OF_ENTRIES)
def test_nor_does_the_web_login(db: None, sql: str) -> None:
    with (
        pytest.raises(DatabaseError, match="cannot .* view|is not a table|permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


def test_an_account_never_changes_hands(db: None) -> None:
    with refused("GH001"), logged_in_as("owner") as cursor:
        cursor.execute("UPDATE reputation_account SET subject_id = NULL")


class TestRowsThatTheOwnerTriesToInsert:
    """The owner may insert, and is stopped by constraints and triggers. Nothing of it is committed."""

    @pytest.fixture
    def ids(self, transactional_db: None) -> dict[str, str]:
        """A guild, a person, and an approval of 23 points, committed."""
        guild, person = make_guild(), Subject.objects.create()
        [rep, _pts] = transfer(approval(guild, person), now=NOW)
        accounts = {a.kind: a for a in Account.objects.filter(unit="REP")}
        return {
            "guild": str(guild.pk),
            "person": str(person.pk),
            "transfer": str(rep.id),
            "source": str(rep.request.source_id),
            "key": rep.request.idempotency_key,
            "rep": str(accounts["rep"].pk),
            "pending": str(Account.objects.get(kind="pts_pending").pk),
            "new": str(uuid7()),
        }

    INSERT_TRANSFER = """
        INSERT INTO reputation_transfer (id, reason, source_kind, source_id, sequence, idempotency_key, guild_id, unit,
            amount, policy_version, arithmetic, effective_at, posted_at, reverses_id, content_hash, source_account_id,
            source_balance, target_account_id, target_balance, target_version, target_hash)
        SELECT %(new)s, {reason}, source_kind, {source}, {sequence}, {key}, guild_id, {unit}, {amount}, {policy}, '{{}}', now(),
            now(), {reverses}, content_hash, {from_account}, {left}, {to_account}, {arrived}, target_version, target_hash
        FROM reputation_transfer WHERE id = %(transfer)s
    """

    def insert(self, ids: dict[str, str], **columns: str) -> None:
        """Copy the transfer with other values in some columns; `ids` fill the placeholders."""
        values = {
            "reason": "reason", "source": "%(new)s", "sequence": "0", "key": "%(new)s::text", "unit": "unit",
            "amount": "amount", "reverses": "NULL", "policy": "1", "from_account": "source_account_id", "left": "NULL",
            "to_account": "target_account_id", "arrived": "target_balance",
        }  # fmt: skip
        with logged_in_as("owner") as cursor:
            cursor.execute(self.INSERT_TRANSFER.format(**values | columns), ids)
            raise psycopg2.Error("accepted")

    def test_the_copy_alone_would_be_accepted(self, ids: dict[str, str]) -> None:
        """Or the refusals below would prove nothing."""
        with pytest.raises(psycopg2.Error, match="accepted"):
            self.insert(ids)

    @pytest.mark.parametrize(
        ("columns", "constraint"),
        [
            ({"source": "source_id"}, "transfer_once_per_source"),
            ({"key": "idempotency_key"}, "transfer_once_per_key"),
            ({"amount": "0"}, "transfer_amount_positive"),
            ({"amount": "-5"}, "transfer_amount_positive"),
            ({"reason": "'gift'"}, "transfer_reason_known"),
            ({"reason": "'history_imported'", "unit": "'PTS'"}, "transfer_import_mints_no_points"),
            ({"reason": "'reversal'"}, "transfer_reversal_names_original"),
            ({"reverses": "id"}, "transfer_reversal_names_original"),
            ({"sequence": "-1"}, "transfer_counts_from_zero"),
            ({"policy": "-1"}, "transfer_counts_from_zero"),
            ({"to_account": "source_account_id"}, "transfer_has_two_accounts"),
            ({"arrived": "NULL"}, "transfer_sides_chained_whole_or_not"),
            ({"left": "5"}, "transfer_sides_chained_whole_or_not"),
            ({"unit": "'PTS'"}, "transfer_source_is_an_account"),
            ({"to_account": "%(pending)s"}, "transfer_target_is_an_account"),
            ({"to_account": "%(new)s"}, "transfer_target_is_an_account"),
        ],
    )
    def test_a_wrong_transfer(self, ids: dict[str, str], columns: dict[str, str], constraint: str) -> None:
        with pytest.raises(psycopg2.IntegrityError, match=constraint):
            self.insert(ids, **columns)

    def test_a_second_reversal_of_the_same_transfer(self, ids: dict[str, str]) -> None:
        with (
            pytest.raises(psycopg2.IntegrityError, match="transfer_reversed_once"),
            logged_in_as("owner") as cursor,
        ):
            for sequence in "12":
                values = {
                    "reason": "'reversal'", "source": "source_id", "sequence": sequence, "key": f"'reversal {sequence}'",
                    "unit": "unit", "amount": "amount", "reverses": "id", "policy": "1",
                    "from_account": "source_account_id", "left": "NULL", "to_account": "target_account_id",
                    "arrived": "target_balance",
                }  # fmt: skip
                cursor.execute(self.INSERT_TRANSFER.format(**values), ids | {"new": str(uuid7())})

    @pytest.mark.parametrize(
        ("change", "constraint"),
        [
            ("balance = -1 WHERE kind = 'rep'", "account_on_its_side_of_zero"),
            ("balance = -1 WHERE kind = 'pts_pending'", "account_on_its_side_of_zero"),
            ("balance = 5 WHERE kind = 'issuance'", "account_on_its_side_of_zero"),
        ],
    )
    def test_a_balance_on_the_wrong_side_of_zero(self, ids: dict[str, str], change: str, constraint: str) -> None:
        with pytest.raises(psycopg2.IntegrityError, match=constraint), logged_in_as("owner") as cursor:
            cursor.execute(f"UPDATE reputation_account SET {change}")

    @pytest.mark.parametrize(
        ("kind", "unit", "subject", "balance", "constraint"),
        [
            ("pts_debt", "PTS", True, 1, "account_on_its_side_of_zero"),
            ("rep", "REP", False, 0, "account_kind_has_its_owner"),
            ("issuance", "REP", True, 0, "account_kind_has_its_owner"),
            ("pocket", "REP", True, 0, "account_kind_has_its_owner"),
            ("rep", "PTS", True, 0, "account_kind_has_its_unit"),
            ("pts_held", "REP", True, 0, "account_kind_has_its_unit"),
            ("rep", "REP", True, 0, "account_once"),
            ("issuance", "REP", False, 0, "account_once"),
        ],
    )
    def test_an_account_that_cannot_be(
        self, ids: dict[str, str], kind: str, unit: str, subject: bool, balance: int, constraint: str
    ) -> None:
        row = [ids["new"], ids["guild"], ids["person"] if subject else None, kind, unit, balance]
        row += [1, b"\0" * 32] if balance else [0, None]  # type: ignore[list-item]
        with pytest.raises(psycopg2.IntegrityError, match=constraint), logged_in_as("owner") as cursor:
            cursor.execute(
                "INSERT INTO reputation_account (id, guild_id, subject_id, kind, unit, balance, version, last_hash)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
                row,
            )
