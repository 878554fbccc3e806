"""What two transactions at once leave behind in the words of the search is put right at night."""

from django.db import migrations

from core.sql_files import run_sql_file


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0009_search'),
    ]

    operations = [run_sql_file(__file__, "0010_search_tidy")]
