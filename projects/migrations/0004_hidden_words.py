"""A moderator can hide what people write about problems, projects and tasks."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_hidden_words'),
        ('guilds', '0004_hidden_words'),
        ('projects', '0003_voices_and_leases'),
    ]

    operations = [
        migrations.AddField(
            model_name='problem',
            name='hidden_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='problem',
            name='hidden_for',
            field=models.CharField(blank=True, choices=[('spam', 'spam or advertising'), ('abuse', 'abuse or hatred'), ('personal', 'personal data of somebody'), ('dangerous', 'dangerous or unlawful'), ('copyright', 'copied without permission'), ('other', 'something else')], db_default='', default='', editable=False, max_length=10),
        ),
        migrations.AddField(
            model_name='progressnote',
            name='hidden_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='progressnote',
            name='hidden_for',
            field=models.CharField(blank=True, choices=[('spam', 'spam or advertising'), ('abuse', 'abuse or hatred'), ('personal', 'personal data of somebody'), ('dangerous', 'dangerous or unlawful'), ('copyright', 'copied without permission'), ('other', 'something else')], db_default='', default='', editable=False, max_length=10),
        ),
        migrations.AddField(
            model_name='project',
            name='hidden_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='project',
            name='hidden_for',
            field=models.CharField(blank=True, choices=[('spam', 'spam or advertising'), ('abuse', 'abuse or hatred'), ('personal', 'personal data of somebody'), ('dangerous', 'dangerous or unlawful'), ('copyright', 'copied without permission'), ('other', 'something else')], db_default='', default='', editable=False, max_length=10),
        ),
        migrations.AddField(
            model_name='task',
            name='hidden_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='task',
            name='hidden_for',
            field=models.CharField(blank=True, choices=[('spam', 'spam or advertising'), ('abuse', 'abuse or hatred'), ('personal', 'personal data of somebody'), ('dangerous', 'dangerous or unlawful'), ('copyright', 'copied without permission'), ('other', 'something else')], db_default='', default='', editable=False, max_length=10),
        ),
        migrations.AddField(
            model_name='tasktemplate',
            name='hidden_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='tasktemplate',
            name='hidden_for',
            field=models.CharField(blank=True, choices=[('spam', 'spam or advertising'), ('abuse', 'abuse or hatred'), ('personal', 'personal data of somebody'), ('dangerous', 'dangerous or unlawful'), ('copyright', 'copied without permission'), ('other', 'something else')], db_default='', default='', editable=False, max_length=10),
        ),
        migrations.AddField(
            model_name='voice',
            name='hidden_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='voice',
            name='hidden_for',
            field=models.CharField(blank=True, choices=[('spam', 'spam or advertising'), ('abuse', 'abuse or hatred'), ('personal', 'personal data of somebody'), ('dangerous', 'dangerous or unlawful'), ('copyright', 'copied without permission'), ('other', 'something else')], db_default='', default='', editable=False, max_length=10),
        ),
        migrations.AddConstraint(
            model_name='problem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('hidden_at__isnull', True), ('hidden_for', '')), models.Q(('hidden_at__isnull', False), ('hidden_for__in', ['spam', 'abuse', 'personal', 'dangerous', 'copyright', 'other'])), _connector='OR'), name='problem_hidden_says_why', violation_error_message='What is hidden says since when and for which kind of reason.'),
        ),
        migrations.AddConstraint(
            model_name='problem',
            constraint=models.CheckConstraint(condition=models.Q(('hidden_at__isnull', True), models.Q(('title__in', ['', '[hidden]', '[erased]']), ('statement__in', ['', '[hidden]', '[erased]']), ('affected_people__in', ['', '[hidden]', '[erased]']), ('evidence__in', ['', '[hidden]', '[erased]']), ('place__in', ['', '[hidden]', '[erased]'])), _connector='OR'), name='problem_hidden_shows_no_words', violation_error_message='What is hidden holds no words.'),
        ),
        migrations.AddConstraint(
            model_name='progressnote',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('hidden_at__isnull', True), ('hidden_for', '')), models.Q(('hidden_at__isnull', False), ('hidden_for__in', ['spam', 'abuse', 'personal', 'dangerous', 'copyright', 'other'])), _connector='OR'), name='progress_hidden_says_why', violation_error_message='What is hidden says since when and for which kind of reason.'),
        ),
        migrations.AddConstraint(
            model_name='progressnote',
            constraint=models.CheckConstraint(condition=models.Q(('hidden_at__isnull', True), models.Q(('words__in', ['', '[hidden]', '[erased]']), ('link__in', ['', '[hidden]', '[erased]'])), _connector='OR'), name='progress_hidden_shows_no_words', violation_error_message='What is hidden holds no words.'),
        ),
        migrations.AddConstraint(
            model_name='project',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('hidden_at__isnull', True), ('hidden_for', '')), models.Q(('hidden_at__isnull', False), ('hidden_for__in', ['spam', 'abuse', 'personal', 'dangerous', 'copyright', 'other'])), _connector='OR'), name='project_hidden_says_why', violation_error_message='What is hidden says since when and for which kind of reason.'),
        ),
        migrations.AddConstraint(
            model_name='project',
            constraint=models.CheckConstraint(condition=models.Q(('hidden_at__isnull', True), models.Q(('title__in', ['', '[hidden]', '[erased]']), ('summary__in', ['', '[hidden]', '[erased]']), ('repository_url__in', ['', '[hidden]', '[erased]'])), _connector='OR'), name='project_hidden_shows_no_words', violation_error_message='What is hidden holds no words.'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('hidden_at__isnull', True), ('hidden_for', '')), models.Q(('hidden_at__isnull', False), ('hidden_for__in', ['spam', 'abuse', 'personal', 'dangerous', 'copyright', 'other'])), _connector='OR'), name='task_hidden_says_why', violation_error_message='What is hidden says since when and for which kind of reason.'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(('hidden_at__isnull', True), models.Q(('title__in', ['', '[hidden]', '[erased]']), ('description__in', ['', '[hidden]', '[erased]']), ('skills__len', 0)), _connector='OR'), name='task_hidden_shows_no_words', violation_error_message='What is hidden holds no words.'),
        ),
        migrations.AddConstraint(
            model_name='tasktemplate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('hidden_at__isnull', True), ('hidden_for', '')), models.Q(('hidden_at__isnull', False), ('hidden_for__in', ['spam', 'abuse', 'personal', 'dangerous', 'copyright', 'other'])), _connector='OR'), name='task_template_hidden_says_why', violation_error_message='What is hidden says since when and for which kind of reason.'),
        ),
        migrations.AddConstraint(
            model_name='tasktemplate',
            constraint=models.CheckConstraint(condition=models.Q(('hidden_at__isnull', True), models.Q(('title__in', ['', '[hidden]', '[erased]']), ('description__in', ['', '[hidden]', '[erased]']), ('skills__len', 0)), _connector='OR'), name='task_template_hidden_shows_no_words', violation_error_message='What is hidden holds no words.'),
        ),
        migrations.AddConstraint(
            model_name='voice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('hidden_at__isnull', True), ('hidden_for', '')), models.Q(('hidden_at__isnull', False), ('hidden_for__in', ['spam', 'abuse', 'personal', 'dangerous', 'copyright', 'other'])), _connector='OR'), name='voice_hidden_says_why', violation_error_message='What is hidden says since when and for which kind of reason.'),
        ),
        migrations.AddConstraint(
            model_name='voice',
            constraint=models.CheckConstraint(condition=models.Q(('hidden_at__isnull', True), models.Q(('words__in', ['', '[hidden]', '[erased]']), ('translation__in', ['', '[hidden]', '[erased]']), ('role__in', ['', '[hidden]', '[erased]']), ('place__in', ['', '[hidden]', '[erased]'])), _connector='OR'), name='voice_hidden_shows_no_words', violation_error_message='What is hidden holds no words.'),
        ),
    ]
