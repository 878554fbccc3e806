"""Guards of drafts of policies."""

from django.db import migrations

from core.sql_files import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("guilds", "0010_policy_drafts")]
    operations = [run_sql_file(__file__, "0011_policy_draft_guards")]
