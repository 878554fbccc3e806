"""Work stays in review while a verdict on it waits to be posted, and that verdict stands or goes."""

from django.db import migrations

from core.sql_files import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("contributions", "0007_pending_verdicts")]
    operations = [run_sql_file(__file__, "0008_pending_verdict_guards")]
