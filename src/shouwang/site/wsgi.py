"""The WSGI door that granian opens."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shouwang.site.settings")

from django.core.wsgi import get_wsgi_application

_ordinary = get_wsgi_application()

from shouwang.site.gate_door import beside  # noqa: E402 - Django's apps are loaded by the line above

application = beside(_ordinary)
