"""HTTP goes to Django, websockets to the signalling. Nothing here may import aiortc: web processes touch no media."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# Loads the applications; what follows may then import models.
pages = get_asgi_application()

from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402

from config.origin import SameOriginOnly  # noqa: E402
from config.unavailable import SayUnavailable  # noqa: E402
from rooms.routing import websocket_urlpatterns  # noqa: E402

sockets = SameOriginOnly(SayUnavailable(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))))

application = ProtocolTypeRouter({"http": pages, "websocket": sockets})
