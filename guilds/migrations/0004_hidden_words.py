"""A moderator can hide what a guild says of itself."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('guilds', '0003_thresholds'),
    ]

    operations = [
        migrations.AddField(
            model_name='guild',
            name='hidden_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='guild',
            name='hidden_for',
            field=models.CharField(blank=True, choices=[('spam', 'spam or advertising'), ('abuse', 'abuse or hatred'), ('personal', 'personal data of somebody'), ('dangerous', 'dangerous or unlawful'), ('copyright', 'copied without permission'), ('other', 'something else')], db_default='', default='', editable=False, max_length=10),
        ),
        migrations.AddConstraint(
            model_name='guild',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('hidden_at__isnull', True), ('hidden_for', '')), models.Q(('hidden_at__isnull', False), ('hidden_for__in', ['spam', 'abuse', 'personal', 'dangerous', 'copyright', 'other'])), _connector='OR'), name='guild_hidden_says_why', violation_error_message='What is hidden says since when and for which kind of reason.'),
        ),
        migrations.AddConstraint(
            model_name='guild',
            constraint=models.CheckConstraint(condition=models.Q(('hidden_at__isnull', True), models.Q(('name__in', ['', '[hidden]', '[erased]']), ('summary__in', ['', '[hidden]', '[erased]'])), _connector='OR'), name='guild_hidden_shows_no_words', violation_error_message='What is hidden holds no words.'),
        ),
    ]
