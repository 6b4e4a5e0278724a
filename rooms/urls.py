from django.urls import path

from . import views
from .script_texts import script_texts

urlpatterns = [
    path("", views.gallery, name="gallery"),
    path("p/<slug:slug>/", views.studio, name="processor"),
    path("p/<slug:slug>/qr.svg", views.share_code, name="share_code"),
    path("p/<slug:slug>/still/", views.still, name="still"),
    path("jsi18n/", script_texts, name="jsi18n"),
]
