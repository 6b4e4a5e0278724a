"""A new password without e-mail: an admin makes the link and hands it over."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.http import HttpRequest
from django.urls import reverse

from .user import User


def reset_link(request: HttpRequest, user: User) -> str:
    """Good once: the new password, or the next sign-in with the old one, makes it worthless."""
    key = default_token_generator.make_token(user)
    path = reverse("account_reset_password_from_key", args=[user_pk_to_url_str(user), key])
    return request.build_absolute_uri(path)
