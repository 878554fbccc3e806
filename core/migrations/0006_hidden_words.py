"""A moderator can hide the words of a reason."""

from django.db import migrations, models

from core.sql_files import run_sql_file


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0005_event_by_project'),
    ]

    operations = [
        migrations.AddField(
            model_name='statechange',
            name='hidden_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='statechange',
            name='hidden_for',
            field=models.CharField(blank=True, choices=[('spam', 'spam or advertising'), ('abuse', 'abuse or hatred'), ('personal', 'personal data of somebody'), ('dangerous', 'dangerous or unlawful'), ('copyright', 'copied without permission'), ('other', 'something else')], db_default='', default='', editable=False, max_length=10),
        ),
        migrations.AddConstraint(
            model_name='statechange',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('hidden_at__isnull', True), ('hidden_for', '')), models.Q(('hidden_at__isnull', False), ('hidden_for__in', ['spam', 'abuse', 'personal', 'dangerous', 'copyright', 'other'])), _connector='OR'), name='statechange_hidden_says_why', violation_error_message='What is hidden says since when and for which kind of reason.'),
        ),
        migrations.AddConstraint(
            model_name='statechange',
            constraint=models.CheckConstraint(condition=models.Q(('hidden_at__isnull', True), ('reason__in', ['', '[hidden]', '[erased]']), _connector='OR'), name='statechange_hidden_shows_no_words', violation_error_message='What is hidden holds no words.'),
        ),
        run_sql_file(__file__, "0006_hidden_words"),
    ]
