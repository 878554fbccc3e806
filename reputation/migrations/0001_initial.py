"""The ledger's tables."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import core.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("guilds", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        editable=False,
                        help_text="Follows from guild, subject, kind and unit.",
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("rep", "reputation"),
                            ("pts_pending", "points, vesting"),
                            ("pts_available", "points, available"),
                            ("pts_held", "points, held"),
                            ("pts_debt", "points, owed"),
                            ("issuance", "issued by the guild"),
                            ("redeemed", "redeemed"),
                            ("expired", "expired"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "unit",
                    models.CharField(
                        choices=[("REP", "reputation"), ("PTS", "points to redeem")], max_length=20
                    ),
                ),
                ("balance", models.BigIntegerField(default=0)),
                (
                    "version",
                    models.BigIntegerField(
                        default=0, help_text="How many entries the balance is the sum of."
                    ),
                ),
                ("last_hash", models.BinaryField(max_length=32, null=True)),
                (
                    "guild",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="guilds.guild",
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.subject",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Transfer",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=core.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("contribution_approved", "contribution approved"),
                            ("review_paid", "review paid"),
                            ("history_imported", "imported history accepted"),
                            ("vested", "vested"),
                            ("reversal", "taken back"),
                        ],
                        max_length=30,
                    ),
                ),
                ("source_kind", models.CharField(max_length=40)),
                ("source_id", models.UUIDField()),
                (
                    "sequence",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="Tells apart the transfers of one reason from one object."
                    ),
                ),
                ("idempotency_key", models.CharField(max_length=160)),
                (
                    "unit",
                    models.CharField(
                        choices=[("REP", "reputation"), ("PTS", "points to redeem")], max_length=20
                    ),
                ),
                ("amount", models.BigIntegerField()),
                ("policy_version", models.PositiveIntegerField()),
                (
                    "arithmetic",
                    models.JSONField(help_text="Every step from the inputs to the amount; no personal data."),
                ),
                (
                    "effective_at",
                    models.DateTimeField(
                        help_text="When it was earned or done; a commit's date for imports."
                    ),
                ),
                (
                    "posted_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("request_hash", models.BinaryField(max_length=32)),
                ("content_hash", models.BinaryField(max_length=32)),
                (
                    "guild",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="guilds.guild",
                    ),
                ),
                (
                    "reverses",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversals",
                        to="reputation.transfer",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("amount", models.BigIntegerField()),
                ("balance", models.BigIntegerField(null=True)),
                ("version", models.BigIntegerField(null=True)),
                ("hash", models.BinaryField(max_length=32, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="reputation.account",
                    ),
                ),
                (
                    "transfer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="reputation.transfer",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "entries",
            },
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.UniqueConstraint(
                fields=("guild", "subject", "kind", "unit"),
                name="account_once",
                nulls_distinct=False,
                violation_error_message="There is one account of a kind.",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind__regex", "^(rep|pts_pending|pts_available|pts_held|pts_debt)$"),
                        ("subject__isnull", False),
                    ),
                    models.Q(("kind__regex", "^(issuance|redeemed|expired)$"), ("subject__isnull", True)),
                    _connector="OR",
                ),
                name="account_kind_has_its_owner",
                violation_error_message="A person's accounts and a guild's accounts are of different kinds.",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind__regex", "^(rep|issuance)$"), ("unit", "REP")),
                    models.Q(("unit", "PTS"), models.Q(("kind", "rep"), _negated=True)),
                    _connector="OR",
                ),
                name="account_kind_has_its_unit",
                violation_error_message="That account does not hold that unit.",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(("balance__gte", 0), ("kind", "pts_debt"), _connector="OR"),
                name="account_never_below_zero",
                violation_error_message="A person's account is never below zero.",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("balance__lte", 0), models.Q(("kind", "pts_debt"), _negated=True), _connector="OR"
                ),
                name="account_debt_never_above_zero",
                violation_error_message="Debt is never above zero.",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(("subject__isnull", False), ("balance", 0), _connector="OR"),
                name="account_of_guild_keeps_no_balance",
                violation_error_message="A guild's account keeps no running balance.",
            ),
        ),
        migrations.AddIndex(
            model_name="transfer",
            index=models.Index(fields=["guild", "effective_at"], name="transfer_by_guild"),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.UniqueConstraint(fields=("idempotency_key",), name="transfer_once_per_key"),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.UniqueConstraint(
                fields=("source_id", "reason", "source_kind", "sequence"), name="transfer_once_per_source"
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reverses__isnull", False)),
                fields=("reverses",),
                name="transfer_reversed_once",
                violation_error_message="A transfer is taken back at most once.",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "reason__regex",
                        "^(contribution_approved|review_paid|history_imported|vested|reversal)$",
                    )
                ),
                name="transfer_reason_known",
                violation_error_message="Points move for one of the listed reasons only.",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)),
                name="transfer_amount_positive",
                violation_error_message="A transfer moves at least 1 from its source to its target.",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reason", "history_imported"), _negated=True), ("unit", "REP"), _connector="OR"
                ),
                name="transfer_import_mints_no_points",
                violation_error_message="Imported history earns reputation only: a repository is not a mint.",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reason", "reversal"), ("reverses__isnull", False)),
                    models.Q(models.Q(("reason", "reversal"), _negated=True), ("reverses__isnull", True)),
                    _connector="OR",
                ),
                name="transfer_reversal_names_original",
                violation_error_message="A reversal names the transfer it takes back, and only a reversal does.",
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["account", "id"], name="entry_by_account"),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.UniqueConstraint(fields=("transfer", "account"), name="entry_once_per_account"),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount", 0), _negated=True),
                name="entry_moves_something",
                violation_error_message="An entry moves something.",
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("balance__isnull", True), ("hash__isnull", True), ("version__isnull", True)),
                    models.Q(("balance__isnull", False), ("hash__isnull", False), ("version__isnull", False)),
                    _connector="OR",
                ),
                name="entry_chained_whole_or_not",
                violation_error_message="An entry has balance, version and hash, or none of them.",
            ),
        ),
    ]
