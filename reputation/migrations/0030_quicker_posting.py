"""Many transfers in one call are posted by statements over all of them."""

from django.db import migrations

from core.sql_files import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("reputation", "0006_life_of_points")]
    operations = [run_sql_file(__file__, "0030_quicker_posting")]
