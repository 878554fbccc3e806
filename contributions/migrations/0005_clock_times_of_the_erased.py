"""Let the clock times of an erased person's credited work go; its day and minutes stand."""

from django.db import migrations

from core.sql_files import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("contributions", "0004_history_guards"), ("accounts", "0003_public_page")]
    operations = [run_sql_file(__file__, "0005_clock_times_of_the_erased")]
