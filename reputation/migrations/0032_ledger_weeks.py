"""The ledger is counted by weeks, for the pages that everybody may read."""

import django.contrib.postgres.indexes
from django.db import migrations, models

from core.sql_files import run_sql_file


class Migration(migrations.Migration):

    dependencies = [
        ('guilds', '0009_boards'),
        ('reputation', '0031_both_sides'),
    ]

    operations = [
        migrations.CreateModel(
            name='LedgerCount',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('counted', models.BigIntegerField(default=0)),
                ('noted', models.BigIntegerField(default=0)),
                ('noted_by', models.BigIntegerField(default=0, help_text='The transaction that noted the number.')),
            ],
        ),
        migrations.CreateModel(
            name='LedgerWeek',
            fields=[
                ('pk', models.CompositePrimaryKey('guild_id', 'week', 'reason', 'unit', 'source', 'target', blank=True, editable=False, primary_key=True, serialize=False)),
                ('guild_id', models.UUIDField()),
                ('week', models.DateField()),
                ('reason', models.CharField(max_length=30)),
                ('unit', models.CharField(max_length=20)),
                ('source', models.CharField(help_text='The kind of account that the points left.', max_length=20)),
                ('target', models.CharField(help_text='The kind of account at which they arrived.', max_length=20)),
                ('transfers', models.BigIntegerField()),
                ('amount', models.BigIntegerField()),
            ],
        ),
        migrations.AddIndex(
            model_name='transfer',
            index=django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['number'], name='transfer_by_number', pages_per_range=16),
        ),
        migrations.AddConstraint(
            model_name='ledgercount',
            constraint=models.CheckConstraint(condition=models.Q(('id', 1)), name='ledger_count_is_one_row', violation_error_message='The ledger is counted once.'),
        ),
        migrations.AddConstraint(
            model_name='ledgercount',
            constraint=models.CheckConstraint(condition=models.Q(('counted__lte', models.F('noted'))), name='ledger_count_goes_up_to_what_was_noted', violation_error_message='Only what was noted is counted.'),
        ),
        migrations.AddConstraint(
            model_name='ledgerweek',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0), ('transfers__gt', 0)), name='ledger_week_counts', violation_error_message='A week of the ledger counts transfers.'),
        ),
        run_sql_file(__file__, "0032_ledger_weeks"),
    ]
