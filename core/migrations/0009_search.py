"""The index of the search: documents, the words that occur in them, and how words are written alike (docs/search.md)."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models

from core.sql_files import run_sql_file


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0008_tally'),
    ]

    operations = [
        TrigramExtension(),
        migrations.CreateModel(
            name='SearchDocument',
            fields=[
                ('object_id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('problem', 'Problem'), ('project', 'Project'), ('task', 'Task'), ('person', 'Person')], editable=False, max_length=8)),
                ('words', django.contrib.postgres.search.SearchVectorField(editable=False)),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['words'], name='search_by_word')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['problem', 'project', 'task', 'person'])), name='search_kind_known', violation_error_message='That kind of thing is not searched.')],
            },
        ),
        migrations.CreateModel(
            name='SearchWord',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('word', models.TextField(editable=False)),
                ('near', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), editable=False, help_text='The word, and itself without each of its letters.', size=None)),
            ],
            options={
                'indexes': [models.Index(fields=['word'], name='search_word'), django.contrib.postgres.indexes.GinIndex(fields=['near'], name='search_word_near'), django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(models.F('word'), name='gin_trgm_ops'), name='search_word_alike')],
            },
        ),
        run_sql_file(__file__, "0009_search"),
    ]
