"""Append-only guards and the function that checks declared steps."""

from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations

from core.sql_files import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]
    operations = [BtreeGistExtension(), run_sql_file(__file__, "0002_guards")]
