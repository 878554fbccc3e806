"""The ledger's tables. Nobody writes them but the SQL function `post_transfers`, called by `reputation.services`."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Subject
from core.ids import uuid7
from guilds.models import Guild


class Unit(models.TextChoices):
    """What is counted. REP is earned and never spent; PTS is minted with it, pends, is spent, expires."""

    REP = "REP", _("reputation")
    PTS = "PTS", _("points to redeem")


class AccountKind(models.TextChoices):
    """The closed list of accounts: five of each person in a guild, three of the guild itself."""

    REP = "rep", _("reputation")
    PTS_PENDING = "pts_pending", _("points, vesting")
    PTS_AVAILABLE = "pts_available", _("points, available")
    PTS_HELD = "pts_held", _("points, held")
    PTS_DEBT = "pts_debt", _("points, owed")
    ISSUANCE = "issuance", _("issued by the guild")
    REDEEMED = "redeemed", _("redeemed")
    EXPIRED = "expired", _("expired")


#: The accounts that a person has, with a running balance; the guild's own have none.
SUBJECT_KINDS = ("rep", "pts_pending", "pts_available", "pts_held", "pts_debt")
GUILD_KINDS = ("issuance", "redeemed", "expired")


class Reason(models.TextChoices):
    """The closed list of business events that move anything."""

    CONTRIBUTION_APPROVED = "contribution_approved", _("contribution approved")
    REVIEW_PAID = "review_paid", _("review paid")
    HISTORY_IMPORTED = "history_imported", _("imported history accepted")
    CONTRIBUTION_CORRECTED = "contribution_corrected", _("corrected after a challenge")
    VESTED = "vested", _("vested")
    DEBT_REPAID = "debt_repaid", _("debt paid back")
    SPENT = "spent", _("redeemed")
    EXPIRED = "expired", _("expired")
    REVERSAL = "reversal", _("taken back")


#: The reasons that mint: REP, and for work and reviews as many PTS.
MINTING = ("contribution_approved", "contribution_corrected", "review_paid", "history_imported")

_MINTED = frozenset({("issuance", "rep"), ("issuance", "pts_pending")})
#: Between which accounts each reason moves points: (source, target). What a reversal takes back may be spent, so points come
#: out of the debt account, and the debt is paid back from what is left and from what is earned later.
MOVES: dict[str, frozenset[tuple[str, str]]] = {
    "contribution_approved": _MINTED,
    "contribution_corrected": _MINTED,
    "review_paid": _MINTED,
    "history_imported": frozenset({("issuance", "rep")}),
    "vested": frozenset({("pts_pending", "pts_available")}),
    "debt_repaid": frozenset({("pts_pending", "pts_debt"), ("pts_available", "pts_debt")}),
    "spent": frozenset({("pts_available", "redeemed")}),
    "expired": frozenset({("pts_available", "expired")}),
    "reversal": frozenset({("rep", "issuance"), ("pts_debt", "issuance")}),
}


def _one_of(words: Iterable[str]) -> str:
    """A closed list as a pattern. PostgreSQL reads a check's text at every statement, and a list costs it five times as much."""
    return f"^({'|'.join(words)})$"


class Account(models.Model):
    """One named pot of one unit: a person's in a guild, or (without subject) the guild's own.

    A person's account carries its running balance, the number of its entries and the hash of the last one. A
    guild's account carries none of them, or every approval of the guild would queue on one row: its balance
    is the sum of its entries.
    """

    id = models.UUIDField(
        primary_key=True,
        editable=False,
        help_text="Follows from guild, subject, kind and unit.",
    )
    guild = models.ForeignKey(Guild, on_delete=models.PROTECT, related_name="+", db_index=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+", null=True)
    kind = models.CharField(max_length=20, choices=AccountKind.choices)
    unit = models.CharField(max_length=20, choices=Unit.choices)
    balance = models.BigIntegerField(default=0)
    version = models.BigIntegerField(default=0, help_text="How many entries the balance is the sum of.")
    last_hash = models.BinaryField(max_length=32, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["guild", "subject", "kind", "unit"],
                nulls_distinct=False,
                name="account_once",
                violation_error_message=_("There is one account of a kind."),
            ),
            models.CheckConstraint(
                name="account_kind_has_its_owner",
                condition=Q(subject__isnull=False, kind__regex=_one_of(SUBJECT_KINDS))
                | Q(subject__isnull=True, kind__regex=_one_of(GUILD_KINDS)),
                violation_error_message=_("A person's accounts and a guild's accounts are of different kinds."),
            ),
            models.CheckConstraint(
                name="account_kind_has_its_unit",
                condition=Q(unit="REP", kind__regex=_one_of(["rep", "issuance"])) | (Q(unit="PTS") & ~Q(kind="rep")),
                violation_error_message=_("That account does not hold that unit."),
            ),
            models.CheckConstraint(
                name="account_never_below_zero",
                condition=Q(balance__gte=0) | Q(kind="pts_debt"),
                violation_error_message=_("A person's account is never below zero."),
            ),
            models.CheckConstraint(
                name="account_debt_never_above_zero",
                condition=Q(balance__lte=0) | ~Q(kind="pts_debt"),
                violation_error_message=_("Debt is never above zero."),
            ),
            models.CheckConstraint(
                name="account_of_guild_keeps_no_balance",
                condition=Q(subject__isnull=False) | Q(balance=0),
                violation_error_message=_("A guild's account keeps no running balance."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.subject_id or self.guild_id}"


class Transfer(models.Model):
    """One business event moving one amount of one unit from a source account to a target account. Append-only.

    What it came from is opaque here: `source_kind` and `source_id` name an object of a higher app. The two
    accounts are those of its two entries.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    reason = models.CharField(max_length=30, choices=Reason.choices)
    source_kind = models.CharField(max_length=40)
    source_id = models.UUIDField()
    sequence = models.PositiveSmallIntegerField(
        default=0, help_text="Tells apart the transfers of one reason from one object."
    )
    idempotency_key = models.CharField(max_length=160)
    # No foreign key in the database: every approval of a guild would lock the same guild row for its reference.
    # Its entries' accounts carry the key, and verify_ledger compares.
    guild = models.ForeignKey(
        Guild,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    unit = models.CharField(max_length=20, choices=Unit.choices)
    amount = models.BigIntegerField()
    policy_version = models.PositiveIntegerField()
    arithmetic = models.JSONField(help_text="Every step from the inputs to the amount; no personal data.")
    effective_at = models.DateTimeField(help_text="When it was earned or done; a commit's date for imports.")
    posted_at = models.DateTimeField(db_default=Now(), editable=False)
    reverses = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="reversals",
        db_index=False,
    )
    request_hash = models.BinaryField(max_length=32)
    content_hash = models.BinaryField(max_length=32)

    class Meta:
        indexes = [models.Index(fields=["guild", "effective_at"], name="transfer_by_guild")]
        constraints = [
            models.UniqueConstraint(fields=["idempotency_key"], name="transfer_once_per_key"),
            models.UniqueConstraint(
                fields=["source_id", "reason", "source_kind", "sequence"],
                name="transfer_once_per_source",
            ),
            # Partial, because nearly no transfer is a reversal and every posting would pay for the index.
            models.UniqueConstraint(
                fields=["reverses"],
                condition=Q(reverses__isnull=False),
                name="transfer_reversed_once",
                violation_error_message=_("A transfer is taken back at most once."),
            ),
            models.CheckConstraint(
                name="transfer_reason_known",
                condition=Q(reason__regex=_one_of(Reason.values)),
                violation_error_message=_("Points move for one of the listed reasons only."),
            ),
            models.CheckConstraint(
                name="transfer_amount_positive",
                condition=Q(amount__gt=0),
                violation_error_message=_("A transfer moves at least 1 from its source to its target."),
            ),
            models.CheckConstraint(
                name="transfer_import_mints_no_points",
                condition=~Q(reason="history_imported") | Q(unit="REP"),
                violation_error_message=_("Imported history earns reputation only: a repository is not a mint."),
            ),
            models.CheckConstraint(
                name="transfer_reversal_names_original",
                condition=Q(reason="reversal", reverses__isnull=False)
                | (~Q(reason="reversal") & Q(reverses__isnull=True)),
                violation_error_message=_("A reversal names the transfer it takes back, and only a reversal does."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.unit} {self.reason}"


class Entry(models.Model):
    """One side of a transfer: what one account lost or gained by it. Append-only.

    A person's entry carries the account's balance and version after it, and a hash chained to the entry
    before; a guild's entry carries none of them.
    """

    id = models.BigAutoField(primary_key=True)
    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="entries", db_index=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="entries", db_index=False)
    amount = models.BigIntegerField()
    balance = models.BigIntegerField(null=True)
    version = models.BigIntegerField(null=True)
    hash = models.BinaryField(max_length=32, null=True)

    class Meta:
        verbose_name_plural = "entries"
        indexes = [models.Index(fields=["account", "id"], name="entry_by_account")]
        constraints = [
            models.UniqueConstraint(fields=["transfer", "account"], name="entry_once_per_account"),
            models.CheckConstraint(
                name="entry_moves_something",
                condition=~Q(amount=0),
                violation_error_message=_("An entry moves something."),
            ),
            models.CheckConstraint(
                name="entry_chained_whole_or_not",
                condition=Q(balance__isnull=True, version__isnull=True, hash__isnull=True)
                | Q(balance__isnull=False, version__isnull=False, hash__isnull=False),
                violation_error_message=_("An entry has balance, version and hash, or none of them."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount:+} on {self.account_id}"


class PendingPoints(models.Model):
    """What is left of the points that one transfer minted and that are not available yet. Written by `post_transfers`.

    The rows of an account sum up to its balance. `vests_on` is the first day, in the guild's zone, on which they become
    available, unless they wait for something: then they stay until that is decided.
    """

    class HeldFor(models.TextChoices):
        NOTHING = "", ""
        CHALLENGE = "challenge", _("until the challenge is decided")
        SECOND_LOOK = "second_look", _("until a second reviewer has looked")

    # No foreign keys in the database: the one writer has the transfer and the account in hand, and verify_ledger compares.
    transfer = models.OneToOneField(
        Transfer, on_delete=models.PROTECT, primary_key=True, related_name="pending", db_constraint=False
    )
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="pending", db_constraint=False)
    amount = models.BigIntegerField()
    vests_on = models.DateField()
    held_for = models.CharField(max_length=12, choices=HeldFor.choices, default=HeldFor.NOTHING, blank=True)

    class Meta:
        verbose_name_plural = "pending points"
        constraints = [
            models.CheckConstraint(
                name="pending_points_not_below_zero",
                condition=Q(amount__gte=0),
                violation_error_message=_("No more leaves than pends."),
            ),
            models.CheckConstraint(
                name="pending_points_held_for_known",
                condition=Q(held_for__in=["", "challenge", "second_look"]),
                violation_error_message=_("Points wait for a challenge, for a second reviewer, or for their day."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} until {self.vests_on}"


class ExpiryWarning(models.Model):
    """That a person was told, so many days before, of points that expire. Once per account, day and warning."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="expiry_warnings", db_index=False)
    expires_on = models.DateField()
    days_before = models.PositiveSmallIntegerField()
    points = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "expires_on", "days_before"], name="expiry_warned_once"),
            models.CheckConstraint(
                name="expiry_warning_of_points",
                condition=Q(points__gt=0),
                violation_error_message=_("A warning is about points."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.points} expire on {self.expires_on}"
