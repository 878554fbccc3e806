"""Of invitations that were deleted their number by state is kept, and no word gets in between."""

from django.db import migrations, models

import core.constraints


class Migration(migrations.Migration):
    dependencies = [("guilds", "0006_many_invitations")]

    operations = [
        migrations.AddConstraint(
            model_name="invitationlist",
            constraint=models.CheckConstraint(
                name="invitation_list_forgets_into_numbers",
                condition=core.constraints.OnlyNumbers("forgotten"),
                violation_error_message="Of what was deleted only its number is kept.",
            ),
        ),
    ]
