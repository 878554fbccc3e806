"""A second look is another reviewer's, and stands."""

from django.db import migrations

from core.sql_files import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("contributions", "0011_second_looks"), ("accounts", "0001_initial")]
    operations = [run_sql_file(__file__, "0012_look_guards")]
