"""Standing, and the right to review that comes from it, as functions that a page's one statement can call."""

from django.db import migrations

from core.sql_files import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("reputation", "0003_post_transfers"), ("guilds", "0003_thresholds")]
    operations = [run_sql_file(__file__, "0004_standing")]
