"""An event's object kind is a plain word; a salt stands until it is deleted, a state change but for its reason."""

from django.db import migrations, models

from core.sql_files import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("core", "0002_guards")]
    operations = [
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(("object_kind__regex", "^[a-z][a-z_]*$")),
                name="event_object_kind_is_word",
                violation_error_message="An event's object kind is one small word.",
            ),
        ),
        run_sql_file(__file__, "0003_words_and_salts"),
    ]
