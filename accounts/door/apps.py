"""What happens when somebody signs in or out: allauth's list of sessions, and the history that a forge proves."""

from __future__ import annotations

from allauth.usersessions.apps import UserSessionsConfig


class SessionsConfig(UserSessionsConfig):
    """allauth's app; its own receivers read every session of the person at each sign-in, ours write one row."""

    def ready(self) -> None:
        from allauth.account.signals import user_logged_in as came_in  # this one knows of the forge
        from allauth.socialaccount.signals import social_account_added
        from django.contrib.auth.signals import user_logged_in, user_logged_out

        from accounts.door import forges, sessions

        user_logged_in.connect(sessions.note_begun, dispatch_uid="accounts.door.note_begun")
        user_logged_out.connect(sessions.note_ended, dispatch_uid="accounts.door.note_ended")
        came_in.connect(forges.claim_history, dispatch_uid="accounts.door.claim_history")
        social_account_added.connect(forges.claim_history, dispatch_uid="accounts.door.claim_history")
