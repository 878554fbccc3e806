"""The verbs of notices: telling people, what they want to hear of, planning and sending their mails."""

from notices.services.choices import WrongStop, save_mail_choices, stop_digest
from notices.services.deciding import leave_mail, resend_mail
from notices.services.inbox import News, mark_inbox_read, notify
from notices.services.planning import plan_digests
from notices.services.sending import forget_old_mails, send_mails

__all__ = [
    "News",
    "WrongStop",
    "forget_old_mails",
    "leave_mail",
    "mark_inbox_read",
    "notify",
    "plan_digests",
    "resend_mail",
    "save_mail_choices",
    "send_mails",
    "stop_digest",
]
