"""The door for a WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

from core.thread_state import keep_state_by_thread

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guildhub.settings")

keep_state_by_thread()
application = get_wsgi_application()
