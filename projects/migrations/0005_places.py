"""Places by name, what a problem's place was found as, and positions that say a place and no house."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.math
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_hidden_words'),
        ('guilds', '0005_joining_and_ending'),
        ('projects', '0004_hidden_words'),
    ]

    operations = [
        migrations.CreateModel(
            name='Place',
            fields=[
                ('id', models.PositiveIntegerField(help_text='Its number in GeoNames.', primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=200)),
                ('names', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), help_text='Every name of it in any script, as `rules.place_key` writes them.', size=None)),
                ('within', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), help_text="Its country's name and code, likewise; only to tell namesakes apart.", size=None)),
                ('latitude', models.DecimalField(decimal_places=2, max_digits=4)),
                ('longitude', models.DecimalField(decimal_places=2, max_digits=5)),
                ('population', models.PositiveIntegerField(default=0)),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['names'], name='place_by_name')],
            },
        ),
        migrations.AddField(
            model_name='problem',
            name='found_place',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='projects.place'),
        ),
        migrations.RunSQL(
            "UPDATE projects_problem SET latitude = round(latitude, 2), longitude = round(longitude, 2) "
            "WHERE latitude <> round(latitude, 2) OR longitude <> round(longitude, 2)",
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name='problem',
            constraint=models.CheckConstraint(condition=models.Q(('latitude', django.db.models.functions.math.Round(models.F('latitude'), 2)), ('longitude', django.db.models.functions.math.Round(models.F('longitude'), 2))), name='problem_position_coarse', violation_error_message='A position says the place to about a kilometre, not the house.'),
        ),
    ]
