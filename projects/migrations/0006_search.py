"""Problems, projects and tasks are found by their words."""

from django.db import migrations

from core.sql_files import run_sql_file


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0009_search'),
        ('projects', '0005_places'),
    ]

    operations = [run_sql_file(__file__, "0006_search")]
