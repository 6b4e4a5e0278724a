from django.urls import path

from . import api, check_page, recording_pages, room_api, room_pages, views
from .script_texts import script_texts

urlpatterns = [
    path("", views.gallery, name="gallery"),
    path("p/<slug:slug>/", views.studio, name="processor"),
    path("p/<slug:slug>/qr.svg", views.share_code, name="share_code"),
    path("p/<slug:slug>/still/", views.still, name="still"),
    path("check/", check_page.check, name="check"),
    path("check/report/", check_page.report, name="connection_report"),
    path("api/processors/", api.processor_list, name="api_processors"),
    path("api/processors/<slug:slug>/", api.processor_detail, name="api_processor"),
    path("recordings/", recording_pages.recordings, name="recordings"),
    path("recordings/<int:key>/", recording_pages.film, name="recording_film"),
    path("recordings/<int:key>/delete/", recording_pages.delete, name="recording_delete"),
    path("r/", room_pages.lobby, name="rooms"),
    path("r/new/", room_pages.create, name="room_new"),
    path("r/join/<str:token>/", room_pages.invitation, name="room_invitation"),
    path("r/<slug:slug>/", room_pages.room, name="room"),
    path("r/<slug:slug>/edit/", room_pages.edit, name="room_edit"),
    path("r/<slug:slug>/delete/", room_pages.delete, name="room_delete"),
    path("r/<slug:slug>/invitations/", room_pages.invite, name="room_invite"),
    path("r/<slug:slug>/invitations/<uuid:key>/revoke/", room_pages.revoke, name="room_invitation_revoke"),
    path("r/<slug:slug>/members/<int:key>/remove/", room_pages.drop_member, name="room_member_remove"),
    path("r/<slug:slug>/removals/<int:key>/readmit/", room_pages.readmit, name="room_readmit"),
    path("api/rooms/", room_api.room_list, name="api_rooms"),
    path("api/rooms/<slug:slug>/", room_api.room_detail, name="api_room"),
    path("api/rooms/<slug:slug>/invitation/", room_api.room_invitation, name="api_room_invitation"),
    path("jsi18n/", script_texts, name="jsi18n"),
]
