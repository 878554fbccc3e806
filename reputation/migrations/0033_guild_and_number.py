"""The newest transfers of a guild are found by its own index: what its page adds to the counted weeks."""


from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('guilds', '0011_policy_draft_guards'),
        ('reputation', '0032_ledger_weeks'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='transfer',
            name='transfer_by_guild',
        ),
        migrations.AddIndex(
            model_name='transfer',
            index=models.Index(fields=['guild', 'number'], name='transfer_by_guild_and_number'),
        ),
    ]
