"""Reports, and the cases in which they gather."""

import core.ids
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0005_hidden_words'),
        ('guilds', '0005_joining_and_ending'),
    ]

    operations = [
        migrations.CreateModel(
            name='Case',
            fields=[
                ('id', models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(editable=False, max_length=20)),
                ('object_id', models.UUIDField(editable=False)),
                ('title', models.CharField(blank=True, editable=False, help_text='How it was called when reported.', max_length=140)),
                ('for_hub', models.BooleanField(default=False, editable=False)),
                ('state', models.CharField(choices=[('waiting', 'waiting for a moderator'), ('hidden', 'hidden'), ('dismissed', 'left as it is'), ('appealed', 'hidden, and appealed'), ('upheld', 'stays hidden'), ('overturned', 'shown again after an appeal'), ('shown', 'shown again')], default='waiting', editable=False, max_length=10)),
                ('opened_at', models.DateTimeField(editable=False)),
                ('concern', models.CharField(blank=True, choices=[('spam', 'spam or advertising'), ('abuse', 'abuse or hatred'), ('personal', 'personal data of somebody'), ('dangerous', 'dangerous or unlawful'), ('copyright', 'copied without permission'), ('other', 'something else')], editable=False, max_length=10)),
                ('kept_words', models.JSONField(editable=False, null=True)),
                ('decided_at', models.DateTimeField(editable=False, null=True)),
                ('appealed_at', models.DateTimeField(editable=False, null=True)),
                ('settled_at', models.DateTimeField(editable=False, null=True)),
                ('author', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.subject')),
                ('decided_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.subject')),
                ('guild', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='guilds.guild')),
                ('settled_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.subject')),
            ],
        ),
        migrations.CreateModel(
            name='Report',
            fields=[
                ('id', models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('concern', models.CharField(choices=[('spam', 'spam or advertising'), ('abuse', 'abuse or hatred'), ('personal', 'personal data of somebody'), ('dangerous', 'dangerous or unlawful'), ('copyright', 'copied without permission'), ('other', 'something else')], max_length=10, verbose_name='what is wrong with it')),
                ('words', models.TextField(blank=True, max_length=1000, verbose_name='in your own words')),
                ('reported_at', models.DateTimeField(editable=False)),
                ('case', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='moderation.case')),
                ('reporter', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.subject')),
            ],
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('state__in', ['waiting', 'appealed'])), fields=['opened_at', 'id'], name='case_queue'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['guild', 'opened_at'], name='case_of_guild'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['author'], name='case_of_author'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['appealed', 'hidden', 'upheld', 'waiting'])), fields=('kind', 'object_id'), name='case_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['appealed', 'dismissed', 'hidden', 'overturned', 'shown', 'upheld', 'waiting'])), name='case_state_known', violation_error_message='That is not a state of a case.'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('state', 'waiting')), models.Q(models.Q(('state', 'waiting'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='case_decided_by_somebody', violation_error_message='A decision says who made it and when.'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('decided_at__isnull', True), ('decided_at__gte', models.F('opened_at')), _connector='OR'), name='case_decided_after_opened', violation_error_message='A decision comes after the report.'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['waiting', 'dismissed']), ('concern', '')), models.Q(models.Q(('state__in', ['waiting', 'dismissed']), _negated=True), ('concern__in', ['spam', 'abuse', 'personal', 'dangerous', 'copyright', 'other'])), _connector='OR'), name='case_hidden_says_why', violation_error_message='Hiding says for which kind of reason.'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['appealed', 'hidden', 'upheld']), ('kept_words__isnull', False)), models.Q(models.Q(('state__in', ['appealed', 'hidden', 'upheld']), _negated=True), ('kept_words__isnull', True)), _connector='OR'), name='case_keeps_words_while_hidden', violation_error_message='Hidden words are kept until they are shown again.'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('appealed_at__isnull', True), ('state__in', ['waiting', 'dismissed', 'hidden'])), models.Q(('state__in', ['appealed', 'upheld', 'overturned']), ('appealed_at__gte', models.F('decided_at')), ('appealed_at__isnull', False)), ('state', 'shown'), _connector='OR'), name='case_appeal_says_when', violation_error_message='An appeal says when it was made, after the decision.'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['upheld', 'overturned', 'shown']), ('settled_at__isnull', False), ('settled_by__isnull', False)), models.Q(models.Q(('state__in', ['upheld', 'overturned', 'shown']), _negated=True), ('settled_at__isnull', True), ('settled_by__isnull', True)), _connector='OR'), name='case_settled_by_somebody', violation_error_message='The last word says who spoke it and when.'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('author__isnull', True), models.Q(models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('author')), _negated=True), _connector='OR'), models.Q(('settled_by__isnull', True), models.Q(('settled_by', models.F('author')), _negated=True), _connector='OR')), _connector='OR'), name='case_never_ones_own', violation_error_message='Nobody decides on their own words.'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['upheld', 'overturned']), _negated=True), models.Q(('settled_by', models.F('decided_by')), _negated=True), _connector='OR'), name='case_appeal_decided_by_another', violation_error_message='An appeal is decided by somebody else than who hid the words.'),
        ),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(fields=['reporter'], name='report_of_person'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.UniqueConstraint(fields=('case', 'reporter'), name='report_once_per_person'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.CheckConstraint(condition=models.Q(('concern__in', ['spam', 'abuse', 'personal', 'dangerous', 'copyright', 'other'])), name='report_concern_known', violation_error_message='A report says what is wrong.'),
        ),
    ]
