"""People who let themselves be found are found by what they show."""

from django.db import migrations

from core.sql_files import run_sql_file


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0009_search'),
        ('accounts', '0005_hidden_words'),
    ]

    operations = [run_sql_file(__file__, "0006_search")]
