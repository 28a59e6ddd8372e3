"""The website as a WSGI application."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "telads.web.settings")
application = get_wsgi_application()


def _get_ready() -> None:
    """Import everything now, in one thread, and open a page of the build in force.

    Django would import URLs at the first request: several concurrent first requests would import
    the same modules across each other and find them half initialised.
    """
    from django.urls import get_resolver

    from telads.web.precompute import warm_up_beside
    from telads.web.serve import end_with_supervisor

    end_with_supervisor()
    _ = get_resolver().url_patterns
    warm_up_beside()


_get_ready()
