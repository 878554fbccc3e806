"""How much each account wrote of each kind, in the hour and the day that are running."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0007_event_request_id'),
    ]

    operations = [
        migrations.CreateModel(
            name='Tally',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('subject', models.UUIDField(help_text='The primary Subject of the person.')),
                ('kind', models.CharField(max_length=20)),
                ('hour', models.DateTimeField(help_text='When the hour began.')),
                ('in_hour', models.PositiveIntegerField()),
                ('day', models.DateTimeField(help_text='When the day began.')),
                ('in_day', models.PositiveIntegerField()),
            ],
            options={
                'verbose_name_plural': 'tallies',
                'indexes': [models.Index(fields=['day'], name='tally_by_age')],
                'constraints': [models.UniqueConstraint(fields=('subject', 'kind'), name='tally_once_per_person'), models.CheckConstraint(condition=models.Q(('in_day__gte', 1), ('in_hour__gte', 1)), name='tally_counts_from_one', violation_error_message='A tally counts what was done.')],
            },
        ),
    ]
