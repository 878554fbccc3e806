"""Who had approved work or a right before links of new accounts were held keeps their links."""

from django.db import migrations

from core.sql_files import run_sql_file


class Migration(migrations.Migration):
    dependencies = [
        ("moderation", "0002_guards"),
        ("accounts", "0005_hidden_words"),
        ("contributions", "0006_hidden_words"),
        ("guilds", "0004_hidden_words"),
    ]
    operations = [run_sql_file(__file__, "0003_links_of_the_trusted")]
