"""A moderator can hide what a person says of themselves; links of new accounts are held."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_tokens'),
    ]

    operations = [
        migrations.AddField(
            model_name='profile',
            name='hidden_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='profile',
            name='hidden_for',
            field=models.CharField(blank=True, choices=[('spam', 'spam or advertising'), ('abuse', 'abuse or hatred'), ('personal', 'personal data of somebody'), ('dangerous', 'dangerous or unlawful'), ('copyright', 'copied without permission'), ('other', 'something else')], db_default='', default='', editable=False, max_length=10),
        ),
        migrations.AddField(
            model_name='subject',
            name='links_free_at',
            field=models.DateTimeField(editable=False, help_text='Since when links in their words can be followed: their first approval or right.', null=True),
        ),
        migrations.AddConstraint(
            model_name='profile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('hidden_at__isnull', True), ('hidden_for', '')), models.Q(('hidden_at__isnull', False), ('hidden_for__in', ['spam', 'abuse', 'personal', 'dangerous', 'copyright', 'other'])), _connector='OR'), name='profile_hidden_says_why', violation_error_message='What is hidden says since when and for which kind of reason.'),
        ),
        migrations.AddConstraint(
            model_name='profile',
            constraint=models.CheckConstraint(condition=models.Q(('hidden_at__isnull', True), models.Q(('display_name__in', ['', '[hidden]', '[erased]']), ('about__in', ['', '[hidden]', '[erased]']), ('links__len', 0)), _connector='OR'), name='profile_hidden_shows_no_words', violation_error_message='What is hidden holds no words.'),
        ),
    ]
