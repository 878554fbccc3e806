"""What the ledger refuses, and what the web and worker login may do with it."""

from django.db import migrations

from core.sql_files import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("core", "0002_guards"), ("reputation", "0001_initial")]
    operations = [run_sql_file(__file__, "0002_guards")]
