from django.urls import include, path
from django.views.generic import RedirectView

from . import account_view, pages
from .invitation_view import InvitationView

urlpatterns = [
    path("accounts/", RedirectView.as_view(pattern_name="account"), name="accounts"),
    path("accounts/me/", account_view.account, name="account"),
    path("accounts/me/export/", account_view.export, name="account_export"),
    path("accounts/me/delete/", account_view.delete, name="account_delete"),
    path("accounts/invitation/<str:token>/", InvitationView.as_view(), name="invitation"),
    path("accounts/", include("allauth.urls")),
    path("privacy/", pages.privacy, name="privacy"),
    path("about/", pages.about, name="about"),
]
