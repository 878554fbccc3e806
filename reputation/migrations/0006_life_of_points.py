"""What pends is kept row by row by the one function that posts."""

from django.db import migrations

from core.sql_files import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("reputation", "0005_pending_points")]
    operations = [run_sql_file(__file__, "0006_life_of_points")]
