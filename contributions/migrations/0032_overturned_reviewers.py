"""Whoever is often overturned has no earned right to review."""

from django.db import migrations

from core.sql_files import run_sql_file


class Migration(migrations.Migration):
    dependencies = [
        ("contributions", "0031_look_reasons"),
        ("reputation", "0040_trust"),
        ("guilds", "0008_review_numbers"),
    ]
    operations = [run_sql_file(__file__, "0032_overturned_reviewers")]
