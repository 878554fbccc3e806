"""The door for a WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

from core.quick_django import be_quick

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guildhub.settings")

be_quick()
application = get_wsgi_application()
