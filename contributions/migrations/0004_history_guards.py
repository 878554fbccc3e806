"""Guards of imported history: declared steps, accepted sessions that never change, nobody accepting their own."""

from django.db import migrations

from core.sql_files import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("contributions", "0003_history"), ("core", "0002_guards"), ("accounts", "0001_initial")]
    operations = [run_sql_file(__file__, "0004_history_guards")]
