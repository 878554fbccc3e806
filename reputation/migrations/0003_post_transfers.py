"""The function through which every transfer is posted."""

from django.db import migrations

from core.sql_files import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("reputation", "0002_guards")]
    operations = [run_sql_file(__file__, "0003_post_transfers")]
