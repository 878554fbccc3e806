"""Links between people are one level deep and stand."""

from django.db import migrations

from core.sql_files import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("core", "0002_guards")]
    operations = [run_sql_file(__file__, "0002_guards")]
