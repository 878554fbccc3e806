"""Cases follow their steps; nobody decides on their own words or their own report, under whichever name."""

from django.db import migrations

from core.sql_files import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("moderation", "0001_initial"), ("core", "0002_guards"), ("accounts", "0002_guards")]
    operations = [run_sql_file(__file__, "0002_guards")]
