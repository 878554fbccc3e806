"""A moderator can hide notes, links and the words of a verdict."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_hidden_words'),
        ('contributions', '0005_clock_times_of_the_erased'),
        ('guilds', '0004_hidden_words'),
        ('projects', '0003_voices_and_leases'),
    ]

    operations = [
        migrations.AddField(
            model_name='contribution',
            name='hidden_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='contribution',
            name='hidden_for',
            field=models.CharField(blank=True, choices=[('spam', 'spam or advertising'), ('abuse', 'abuse or hatred'), ('personal', 'personal data of somebody'), ('dangerous', 'dangerous or unlawful'), ('copyright', 'copied without permission'), ('other', 'something else')], db_default='', default='', editable=False, max_length=10),
        ),
        migrations.AddField(
            model_name='review',
            name='hidden_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='review',
            name='hidden_for',
            field=models.CharField(blank=True, choices=[('spam', 'spam or advertising'), ('abuse', 'abuse or hatred'), ('personal', 'personal data of somebody'), ('dangerous', 'dangerous or unlawful'), ('copyright', 'copied without permission'), ('other', 'something else')], db_default='', default='', editable=False, max_length=10),
        ),
        migrations.AddConstraint(
            model_name='contribution',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('hidden_at__isnull', True), ('hidden_for', '')), models.Q(('hidden_at__isnull', False), ('hidden_for__in', ['spam', 'abuse', 'personal', 'dangerous', 'copyright', 'other'])), _connector='OR'), name='contribution_hidden_says_why', violation_error_message='What is hidden says since when and for which kind of reason.'),
        ),
        migrations.AddConstraint(
            model_name='contribution',
            constraint=models.CheckConstraint(condition=models.Q(('hidden_at__isnull', True), models.Q(('note__in', ['', '[hidden]', '[erased]']), ('link__in', ['', '[hidden]', '[erased]'])), _connector='OR'), name='contribution_hidden_shows_no_words', violation_error_message='What is hidden holds no words.'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('hidden_at__isnull', True), ('hidden_for', '')), models.Q(('hidden_at__isnull', False), ('hidden_for__in', ['spam', 'abuse', 'personal', 'dangerous', 'copyright', 'other'])), _connector='OR'), name='review_hidden_says_why', violation_error_message='What is hidden says since when and for which kind of reason.'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.CheckConstraint(condition=models.Q(('hidden_at__isnull', True), models.Q(('reason__in', ['', '[hidden]', '[erased]']), ('next_step__in', ['', '[hidden]', '[erased]'])), _connector='OR'), name='review_hidden_shows_no_words', violation_error_message='What is hidden holds no words.'),
        ),
    ]
