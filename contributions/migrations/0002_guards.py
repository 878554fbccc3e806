"""Guards of steps, days, reviews and credited work."""

from django.db import migrations

from core.sql_files import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("contributions", "0001_initial"), ("core", "0002_guards"), ("accounts", "0001_initial")]
    operations = [run_sql_file(__file__, "0002_guards")]
