#!/usr/bin/env python
"""Run a command of guildhub; the embedded servers are started when no others are named."""

import os
import sys


def main() -> None:
    """Hand over to Django, and say a settings mistake in one sentence instead of a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guildhub.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"guildhub can't start: {error}")


if __name__ == "__main__":
    main()
