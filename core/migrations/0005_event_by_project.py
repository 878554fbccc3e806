"""Approvals and accepted histories of one project are found without reading all of its guild's events."""

import django.db.models.fields.json
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0004_kept_answers"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                django.db.models.fields.json.KeyTextTransform("project", "data"),
                condition=models.Q(("kind__in", ["contribution.approved", "history.accepted"])),
                name="event_by_project",
            ),
        ),
    ]
