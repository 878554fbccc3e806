"""A page about a person, part by part as they choose; and what must not come back after erasing."""

import core.ids
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_guards'),
    ]

    operations = [
        migrations.CreateModel(
            name='Tombstone',
            fields=[
                ('id', models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('author', 'author of a history'), ('handle', 'handle')], max_length=6)),
                ('digest', models.CharField(max_length=64)),
                ('until', models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name='profile',
            name='about',
            field=models.TextField(blank=True, max_length=2000, verbose_name='about me'),
        ),
        migrations.AddField(
            model_name='profile',
            name='links',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.URLField(max_length=300, validators=[django.core.validators.URLValidator(['http', 'https'])]), blank=True, default=list, size=5, verbose_name='links'),
        ),
        migrations.AddField(
            model_name='profile',
            name='may_be_indexed',
            field=models.BooleanField(default=False, verbose_name='let search engines list my page'),
        ),
        migrations.AddField(
            model_name='profile',
            name='public_sections',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('about', 'My words about myself, and my links'), ('guilds', 'My guilds, and the kinds of help I offer there'), ('hours', 'My approved hours, by kind of help and year'), ('reputation', 'My reputation in each guild'), ('projects', 'The projects I worked on')], max_length=12), blank=True, default=list, size=None, verbose_name='what everybody may see'),
        ),
        migrations.AddConstraint(
            model_name='profile',
            constraint=models.CheckConstraint(condition=models.Q(('public_sections__contained_by', ['about', 'guilds', 'hours', 'projects', 'reputation'])), name='profile_sections_known', violation_error_message="That is not a part of a person's page."),
        ),
        migrations.AddConstraint(
            model_name='profile',
            constraint=models.CheckConstraint(condition=models.Q(('links__len__lte', 5)), name='profile_links_five', violation_error_message='At most five links.'),
        ),
        migrations.AddField(
            model_name='tombstone',
            name='subject',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tombstones', to='accounts.subject'),
        ),
        migrations.AddConstraint(
            model_name='tombstone',
            constraint=models.UniqueConstraint(fields=('kind', 'digest'), name='tombstone_once'),
        ),
        migrations.AddConstraint(
            model_name='tombstone',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['author', 'handle'])), name='tombstone_kind_known', violation_error_message='A tombstone is of an author or of a handle.'),
        ),
        migrations.AddConstraint(
            model_name='tombstone',
            constraint=models.CheckConstraint(condition=models.Q(('digest__regex', '^[0-9a-f]{64}$')), name='tombstone_holds_a_hash', violation_error_message='A tombstone holds 64 hex digits and no name.'),
        ),
        migrations.AddConstraint(
            model_name='tombstone',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'handle'), ('until__isnull', True), _connector='OR'), name='tombstone_author_for_good', violation_error_message='Only a handle comes free again.'),
        ),
    ]
