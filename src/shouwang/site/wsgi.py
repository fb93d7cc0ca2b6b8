"""The WSGI door that granian opens."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shouwang.site.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
