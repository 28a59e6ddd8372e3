#!/usr/bin/env python
"""Django's own commands (check, migrate, makemessages ...) for the website."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "telads.web.settings")
    execute_from_command_line(sys.argv)
