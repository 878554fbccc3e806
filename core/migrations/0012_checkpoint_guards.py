"""Checkpoints and keys of the public log are append-only, follow one another and say the root that stands there."""

from django.db import migrations

from core.sql_files import run_sql_file


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0011_checkpoints'),
    ]

    operations = [run_sql_file(__file__, "0012_checkpoint_guards")]
