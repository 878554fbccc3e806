"""A verdict is overturned by a panel alone, and nobody sits on a case of their own."""

from django.db import migrations

from core.sql_files import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("contributions", "0009_challenges"), ("accounts", "0001_initial")]
    operations = [run_sql_file(__file__, "0010_challenge_guards")]
