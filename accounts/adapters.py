"""How this site differs from allauth's defaults: nobody signs up without an invitation or an allowed domain."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.http import HttpRequest

from .errors import ERRORS
from .user import DISPLAY_NAME_CHARACTERS, User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = {**DefaultAccountAdapter.error_messages, **ERRORS}

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Only the view of an invitation puts one on the request."""
        invitation = getattr(request, "invitation", None)
        return invitation is not None and invitation.state == "usable"


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return settings.SSO_SIGNUP_ALLOWED and any(
            address.verified and domain_allowed(address.email) for address in sociallogin.email_addresses
        )

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> User:
        user: User = super().populate_user(request, sociallogin, data)
        user.display_name = full_name(data)[:DISPLAY_NAME_CHARACTERS]
        return user


def domain_allowed(email: str) -> bool:
    return email.rpartition("@")[2].lower() in settings.SSO_EMAIL_DOMAINS


def full_name(data: dict[str, Any]) -> str:
    parts = (data.get("first_name"), data.get("last_name"))
    return data.get("name") or " ".join(part for part in parts if part)
