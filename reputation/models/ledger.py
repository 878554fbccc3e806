"""The ledger's tables. Nobody writes them but the SQL function `post_transfers`, called by `reputation.services`."""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Case, F, Q, When
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
            # Its one check: what a kind of account is, and whose, is looked at by account_keeps_the_rules when it is made.
            models.CheckConstraint(
                name="account_on_its_side_of_zero",
                condition=Case(
                    When(subject__isnull=True, then=Q(balance=0)),
                    When(kind="pts_debt", then=Q(balance__lte=0)),
                    default=Q(balance__gte=0),
                    output_field=models.BooleanField(),
                ),
                violation_error_message=_("A person's account is never below zero."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.subject_id or self.guild_id}"


class Transfer(models.Model):
    """One business event moving one amount of one unit from a source account to a target account. Append-only.

    What it came from is opaque here: `source_kind` and `source_id` name an object of a higher app. Both sides stand in the one
    row, so that what leaves the source is what arrives at the target. A person's side says what the account held after it,
    with a hash chained to the side before; a guild's side says none of that.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    reason = models.CharField(max_length=30, choices=Reason.choices)
    source_kind = models.CharField(max_length=40)
    source_id = models.UUIDField()
    sequence = models.SmallIntegerField(default=0, help_text="Tells apart the transfers of one reason from one object.")
    idempotency_key = models.CharField(max_length=160)
    # No foreign key in the database: every approval of a guild would lock the same guild row for its reference.
    # Its accounts carry the key, and they are of its guild: transfer_source_is_an_account, transfer_target_is_an_account.
    guild = models.ForeignKey(
        Guild,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    unit = models.CharField(max_length=20, choices=Unit.choices)
    amount = models.BigIntegerField()
    policy_version = models.IntegerField()
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
    content_hash = models.BinaryField(max_length=32)
    number = models.BigIntegerField(
        editable=False, help_text="Rises with each posting; on an account, with its versions."
    )
    # The database's own keys are of account, guild and unit together.
    source_account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    source_balance = models.BigIntegerField(null=True)
    source_version = models.BigIntegerField(null=True)
    source_hash = models.BinaryField(max_length=32, null=True)
    target_account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    target_balance = models.BigIntegerField(null=True)
    target_version = models.BigIntegerField(null=True)
    target_hash = models.BinaryField(max_length=32, null=True)

    class Meta:
        # What a row may say is looked at by the trigger transfer_keeps_the_rules: PostgreSQL reads the text of a check anew at
        # every statement, and nine of them took a quarter of a posting's time (docs/adr/0104).
        indexes = [
            models.Index(fields=["guild", "number"], name="transfer_by_guild_and_number"),
            models.Index(fields=["source_account", "number"], name="transfer_by_source"),
            models.Index(fields=["target_account", "number"], name="transfer_by_target"),
            # For the sweep over all guilds. Numbers only rise, so ranges find the newest; a full index would cost every posting.
            BrinIndex(fields=["number"], name="transfer_by_number", pages_per_range=16, autosummarize=True),
        ]
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
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.unit} {self.reason}"


class Entry(models.Model):
    """One side of a transfer: what one account lost or gained by it. A view of the transfers; nobody writes it.

    Its id rises with each posting. A person's entry carries the account's balance and version after it, and a hash chained
    to the entry before; a guild's entry carries none of them.
    """

    id = models.BigIntegerField(primary_key=True)
    transfer = models.ForeignKey(Transfer, on_delete=models.DO_NOTHING, related_name="entries", db_constraint=False)
    account = models.ForeignKey(Account, on_delete=models.DO_NOTHING, related_name="entries", db_constraint=False)
    amount = models.BigIntegerField()
    balance = models.BigIntegerField(null=True)
    version = models.BigIntegerField(null=True)
    hash = models.BinaryField(max_length=32, null=True)

    class Meta:
        managed = False
        verbose_name_plural = "entries"

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


class LedgerWeek(models.Model):
    """What the transfers of one kind did in one guild and one ISO week, as far as they are counted (`LedgerCount`).

    A projection of the ledger for everybody's page of a guild, so that its reads don't grow with the transfers. Kept by a sweep
    and never by a posting, or every approval of a guild would queue on one row. `week` is its Monday (UTC); the rows of
    `EVER` hold all weeks together.
    """

    #: Stands for all weeks together.
    EVER = date(1, 1, 1)

    pk = models.CompositePrimaryKey("guild_id", "week", "reason", "unit", "source", "target")
    guild_id = models.UUIDField()
    week = models.DateField()
    reason = models.CharField(max_length=30)
    unit = models.CharField(max_length=20)
    source = models.CharField(max_length=20, help_text="The kind of account that the points left.")
    target = models.CharField(max_length=20, help_text="The kind of account at which they arrived.")
    transfers = models.BigIntegerField()
    amount = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="ledger_week_counts",
                condition=Q(transfers__gt=0, amount__gt=0),
                violation_error_message=_("A week of the ledger counts transfers."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.unit} {self.reason} in {self.week}"


class LedgerCount(models.Model):
    """How far the weeks are counted: each transfer with a number up to `counted` is in them, and none above it. One row.

    Numbers are not committed in their order. So a number is noted first, with the id of the transaction that noted it; once every
    older transaction has ended, all transfers up to that number are there for good, and are counted.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    counted = models.BigIntegerField(default=0)
    noted = models.BigIntegerField(default=0)
    noted_by = models.BigIntegerField(default=0, help_text="The transaction that noted the number.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="ledger_count_is_one_row",
                condition=Q(id=1),
                violation_error_message=_("The ledger is counted once."),
            ),
            models.CheckConstraint(
                name="ledger_count_goes_up_to_what_was_noted",
                condition=Q(counted__lte=F("noted")),
                violation_error_message=_("Only what was noted is counted."),
            ),
        ]

    def __str__(self) -> str:
        return f"counted up to {self.counted}"
