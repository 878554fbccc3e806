"""Voices, endorsements, task templates, progress notes; duplicates that can be told apart again; leases."""

import core.ids
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

from core.sql_files import run_sql_file


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("guilds", "0003_thresholds"),
        ("projects", "0002_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="Endorsement",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[("affected", "It hurts me too"), ("support", "I support it")], max_length=8
                    ),
                ),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="ProgressNote",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("words", models.TextField(blank=True, max_length=2000, verbose_name="where it stands")),
                ("link", models.URLField(blank=True, max_length=300, verbose_name="where the work lies")),
                (
                    "percent",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(100)],
                        verbose_name="how much is done, about",
                    ),
                ),
                ("at_handover", models.BooleanField(default=False, editable=False)),
                ("created_at", models.DateTimeField(editable=False)),
            ],
        ),
        migrations.CreateModel(
            name="TaskTemplate",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("title", models.CharField(max_length=140, verbose_name="title")),
                (
                    "description",
                    models.TextField(blank=True, max_length=6000, verbose_name="what to do, and when it is done"),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("code", "code"),
                            ("data", "data"),
                            ("annotation", "annotation"),
                            ("translation", "translation"),
                            ("docs", "documentation"),
                            ("design", "design"),
                            ("testing", "testing"),
                            ("field", "field work"),
                            ("research", "research"),
                            ("organising", "organising"),
                            ("teaching", "teaching"),
                        ],
                        max_length=12,
                        verbose_name="kind of help",
                    ),
                ),
                (
                    "skills",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="skills",
                    ),
                ),
                (
                    "difficulty",
                    models.CharField(
                        choices=[("XS", "very easy"), ("S", "easy"), ("M", "medium"), ("L", "hard")],
                        max_length=2,
                        verbose_name="difficulty",
                    ),
                ),
                ("estimate_minutes", models.PositiveSmallIntegerField(verbose_name="minutes it should take")),
                ("is_starter", models.BooleanField(default=False, verbose_name="good first task")),
                ("created_at", models.DateTimeField(editable=False)),
                ("retired_at", models.DateTimeField(editable=False, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Voice",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("words", models.TextField(max_length=2000, verbose_name="what they said")),
                ("language", models.CharField(default="en", max_length=10, verbose_name="language of these words")),
                ("translation", models.TextField(blank=True, max_length=2000, verbose_name="the same in other words")),
                (
                    "translation_language",
                    models.CharField(default="en", max_length=10, verbose_name="language of the translation"),
                ),
                ("role", models.CharField(max_length=80, verbose_name="who they are there")),
                ("place", models.CharField(blank=True, max_length=160, verbose_name="place")),
                (
                    "consent",
                    models.CharField(
                        choices=[
                            ("spoken", "they said yes"),
                            ("written", "they said yes in writing"),
                            ("guardian", "a parent or guardian said yes"),
                        ],
                        max_length=8,
                        verbose_name="how they agreed",
                    ),
                ),
                ("consented_on", models.DateField(verbose_name="day on which they agreed")),
                (
                    "is_public",
                    models.BooleanField(default=False, verbose_name="they agreed that everybody may read it"),
                ),
                ("created_at", models.DateTimeField(editable=False)),
                ("withdrawn_at", models.DateTimeField(editable=False, null=True)),
            ],
        ),
        migrations.AddField(
            model_name="problem",
            name="edited_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="problem",
            name="endorsed_affected",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="problem",
            name="endorsed_support",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="task",
            name="lease_extended_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="task",
            name="lease_reminded_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("claimed_at__isnull", False),
                    models.Q(("lease_extended_at__isnull", True), ("lease_reminded_at__isnull", True)),
                    _connector="OR",
                ),
                name="task_lease_marks_belong_to_a_claim",
                violation_error_message="Only a claimed task's time is extended or reminded of.",
            ),
        ),
        migrations.AddField(
            model_name="endorsement",
            name="problem",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="endorsements", to="projects.problem"
            ),
        ),
        migrations.AddField(
            model_name="endorsement",
            name="subject",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.subject"
            ),
        ),
        migrations.AddField(
            model_name="progressnote",
            name="author",
            field=models.ForeignKey(
                editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.subject"
            ),
        ),
        migrations.AddField(
            model_name="progressnote",
            name="task",
            field=models.ForeignKey(
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="progress_notes",
                to="projects.task",
            ),
        ),
        migrations.AddField(
            model_name="tasktemplate",
            name="author",
            field=models.ForeignKey(
                editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.subject"
            ),
        ),
        migrations.AddField(
            model_name="tasktemplate",
            name="guild",
            field=models.ForeignKey(
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="task_templates",
                to="guilds.guild",
            ),
        ),
        migrations.AddField(
            model_name="voice",
            name="author",
            field=models.ForeignKey(
                editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.subject"
            ),
        ),
        migrations.AddField(
            model_name="voice",
            name="problem",
            field=models.ForeignKey(
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="voices",
                to="projects.problem",
            ),
        ),
        migrations.AddField(
            model_name="voice",
            name="withdrawn_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.subject",
            ),
        ),
        migrations.AddConstraint(
            model_name="endorsement",
            constraint=models.UniqueConstraint(
                fields=("problem", "subject"),
                name="endorsement_once_per_person",
                violation_error_message="One person endorses a problem once.",
            ),
        ),
        migrations.AddConstraint(
            model_name="endorsement",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["affected", "support"])),
                name="endorsement_kind_known",
                violation_error_message="An endorsement says “affected” or “support”.",
            ),
        ),
        migrations.AddIndex(
            model_name="progressnote",
            index=models.Index(fields=["task", "-created_at"], name="progress_by_task"),
        ),
        migrations.AddConstraint(
            model_name="progressnote",
            constraint=models.CheckConstraint(
                condition=models.Q(("percent__isnull", True), ("percent__lte", 100), _connector="OR"),
                name="progress_percent_of_a_whole",
                violation_error_message="At most 100 percent can be done.",
            ),
        ),
        migrations.AddConstraint(
            model_name="progressnote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("words", ""), _negated=True),
                    models.Q(("link", ""), _negated=True),
                    ("percent__isnull", False),
                    _connector="OR",
                ),
                name="progress_says_something",
                violation_error_message="Say where it stands, leave a link, or say how much is done.",
            ),
        ),
        migrations.AddConstraint(
            model_name="tasktemplate",
            constraint=models.UniqueConstraint(
                condition=models.Q(("retired_at__isnull", True)),
                fields=("guild", "title"),
                name="task_template_title_once",
                violation_error_message="The guild has a template of that title already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="tasktemplate",
            constraint=models.CheckConstraint(
                condition=models.Q(("estimate_minutes__range", (15, 120))),
                name="task_template_fits_an_evening",
                violation_error_message="A task takes 15 to 120 minutes.",
            ),
        ),
        migrations.AddConstraint(
            model_name="tasktemplate",
            constraint=models.CheckConstraint(
                condition=models.Q(("difficulty__in", ["XS", "S", "M", "L"])),
                name="task_template_difficulty_known",
                violation_error_message="Difficulty is XS, S, M or L.",
            ),
        ),
        migrations.AddIndex(
            model_name="voice",
            index=models.Index(fields=["problem", "-created_at"], name="voice_by_problem"),
        ),
        migrations.AddConstraint(
            model_name="voice",
            constraint=models.CheckConstraint(
                condition=models.Q(("consent__in", ["spoken", "written", "guardian"])),
                name="voice_consent_known",
                violation_error_message="A voice says how its person agreed.",
            ),
        ),
        migrations.AddConstraint(
            model_name="voice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("withdrawn_at__isnull", True), ("withdrawn_by__isnull", True)),
                    models.Q(("withdrawn_at__isnull", False), ("withdrawn_by__isnull", False)),
                    _connector="OR",
                ),
                name="voice_withdrawn_by_somebody",
                violation_error_message="A withdrawn voice says who withdrew it and when.",
            ),
        ),
        migrations.AddConstraint(
            model_name="voice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("withdrawn_at__isnull", True),
                        models.Q(("words", ""), _negated=True),
                        models.Q(("role", ""), _negated=True),
                    ),
                    models.Q(
                        ("place", ""), ("role", ""), ("translation", ""), ("withdrawn_at__isnull", False), ("words", "")
                    ),
                    _connector="OR",
                ),
                name="voice_has_words_until_withdrawn",
                violation_error_message="A voice has words and a role; a withdrawn one has none left.",
            ),
        ),
        run_sql_file(__file__, "0003_duplicates"),
    ]
