from django.urls import path

from .consumers import SignallingConsumer

websocket_urlpatterns = [path("ws/", SignallingConsumer.as_asgi())]
