"""A transfer carries both of its sides, and entries are a view of them. The way back is a backup."""

from django.db import migrations, models
from django.db.models import Case, Q, When
from django.db.models.deletion import PROTECT

from core.sql_files import run_sql_file

def _fields(side: str) -> list[migrations.AddField]:
    account = models.ForeignKey(
        "reputation.account", PROTECT, related_name="+", db_constraint=False, db_index=False, default=None
    )
    return [
        migrations.AddField("transfer", f"{side}_account", account, preserve_default=False),
        migrations.AddField("transfer", f"{side}_balance", models.BigIntegerField(null=True)),
        migrations.AddField("transfer", f"{side}_version", models.BigIntegerField(null=True)),
        migrations.AddField("transfer", f"{side}_hash", models.BinaryField(max_length=32, null=True)),
    ]


_RULES = {
    "account": [
        "account_kind_has_its_owner",
        "account_kind_has_its_unit",
        "account_never_below_zero",
        "account_debt_never_above_zero",
        "account_of_guild_keeps_no_balance",
    ],
    "transfer": [
        "transfer_amount_positive",
        "transfer_import_mints_no_points",
        "transfer_reversal_names_original",
        "transfer_reason_known",
    ],
    "pendingpoints": ["pending_points_held_for_known"],
}


class Migration(migrations.Migration):
    dependencies = [("reputation", "0030_quicker_posting")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[run_sql_file(__file__, "0031_both_sides")],
            state_operations=[
                migrations.AlterModelOptions("entry", {"managed": False, "verbose_name_plural": "entries"}),
                migrations.RemoveField("transfer", "request_hash"),
                migrations.AddField(
                    "transfer",
                    "number",
                    models.BigIntegerField(
                        default=None,
                        editable=False,
                        help_text="Rises with each posting; on an account, with its versions.",
                    ),
                    preserve_default=False,
                ),
                *_fields("source"),
                *_fields("target"),
            ],
        ),
        # Triggers hold these from here on; a balance keeps one check for all its accounts.
        *(migrations.RemoveConstraint(model, name) for model, names in _RULES.items() for name in names),
        migrations.AlterField("transfer", "policy_version", models.IntegerField()),
        migrations.AlterField(
            "transfer",
            "sequence",
            models.SmallIntegerField(default=0, help_text="Tells apart the transfers of one reason from one object."),
        ),
        migrations.AddConstraint(
            "account",
            models.CheckConstraint(
                condition=Case(
                    When(subject__isnull=True, then=Q(balance=0)),
                    When(kind="pts_debt", then=Q(balance__lte=0)),
                    default=Q(balance__gte=0),
                    output_field=models.BooleanField(),
                ),
                name="account_on_its_side_of_zero",
                violation_error_message="A person's account is never below zero.",
            ),
        ),
        *(
            migrations.AddIndex("transfer", models.Index(fields=[f"{side}_account", "number"], name=f"transfer_by_{side}"))
            for side in ("source", "target")
        ),
    ]
