from django.urls import path

from . import api, views
from .script_texts import script_texts

urlpatterns = [
    path("", views.gallery, name="gallery"),
    path("p/<slug:slug>/", views.studio, name="processor"),
    path("p/<slug:slug>/qr.svg", views.share_code, name="share_code"),
    path("p/<slug:slug>/still/", views.still, name="still"),
    path("api/processors/", api.processor_list, name="api_processors"),
    path("api/processors/<slug:slug>/", api.processor_detail, name="api_processor"),
    path("jsi18n/", script_texts, name="jsi18n"),
]
