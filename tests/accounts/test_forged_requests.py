import re

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.sessions.models import Session as BrowserSession
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import Invitation, User

pytestmark = pytest.mark.django_db
FORMS = (
    "/accounts/login/",
    "/accounts/logout/",
    "/accounts/signup/",
    "/accounts/me/",
    "/accounts/me/delete/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/password/reset/",
    "/accounts/reauthenticate/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/recovery-codes/generate/",
    "/admin/accounts/user/",
    "/i18n/setlang/",
)
ARGUMENTS = {"slug": "x", "str": "x", "path": "x", "int": "1", "uuid": "0" * 8 + "-0000" * 3 + "-" + "0" * 12}


@pytest.mark.parametrize("page", FORMS)
def test_a_form_of_another_site_is_refused(alice: User, page: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.post(page, {}).status_code == 403


def test_an_invitation_cannot_be_used_from_another_site(invitation: Invitation) -> None:
    answer = Client(enforce_csrf_checks=True).post(invitation.get_absolute_url(), {"username": "dana"})
    assert answer.status_code == 403


def test_every_address_without_arguments_refuses_it(alice: User) -> None:
    """Also those that are added later. What only reads may answer 405 instead."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    answers = {path: client.post(path, {}).status_code for path in plain_paths(get_resolver(), "/")}
    assert {path: status for path, status in answers.items() if status not in (403, 405)} == {}


def test_every_address_with_arguments_refuses_it(alice: User) -> None:
    """The check comes before the view, so that nothing needs to be there."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    paths = filled_paths(get_resolver(), "/") - set(plain_paths(get_resolver(), "/"))
    assert {"/r/x/edit/", "/r/x/delete/", "/r/x/members/1/remove/", "/p/x/still/"} <= paths
    answers = {path: client.post(path, {}).status_code for path in sorted(paths)}
    assert {path: status for path, status in answers.items() if status not in (403, 405)} == {}


def test_refusing_changes_nothing_and_says_what_to_do(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    page = client.post("/accounts/me/delete/", {"proof": "a long walk"})
    assert User.objects.filter(username="alice").exists()
    assert "Traceback" not in page.content.decode()


def filled_paths(resolver: URLResolver, prefix: str) -> set[str]:
    """All addresses, with something of the right shape for each argument."""
    paths: set[str] = set()
    for pattern in resolver.url_patterns:
        route = prefix + filled(str(pattern.pattern))
        paths |= {route} if isinstance(pattern, URLPattern) else filled_paths(pattern, route)
    return paths


def filled(route: str) -> str:
    route = re.sub(r"\(\?P<\w+>([^|()]*)(\|[^()]*)?\)", lambda match: match[1] if match[2] else "1", route)
    route = re.sub(r"<(?:(\w+):)?\w+>", lambda match: ARGUMENTS[match[1] or "str"], route)
    return route.removeprefix("^").removesuffix("$").removesuffix(r"\Z")


def plain_paths(resolver: URLResolver, prefix: str) -> list[str]:
    """Addresses that need no argument, as they are spelled."""
    paths = []
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern).removeprefix("^").removesuffix("$").removesuffix(r"\Z")
        if any(mark in route for mark in "<(["):
            continue
        if isinstance(pattern, URLPattern):
            paths.append(route)
        else:
            paths += plain_paths(pattern, route)
    return paths


# Pages that answer from other threads end the connection, and with it what one transaction would hold.
@pytest.mark.django_db(transaction=True)
def test_opening_an_address_changes_no_row(alice: User) -> None:
    client = Client()
    client.force_login(alice)
    # An address that was given without a sign-up is taken into the e-mail page's list at its first showing.
    EmailAddress.objects.create(user=alice, email=alice.email)
    before = all_rows()
    for path in plain_paths(get_resolver(), "/"):
        client.get(path)
    assert all_rows() == before


def all_rows() -> dict[str, list[dict[str, object]]]:
    """Every row but the browser's own session, which may remember a message or a half-filled form."""
    everything = [
        model for model in apps.get_models(include_auto_created=True) if model is not BrowserSession
    ]
    return {model._meta.label: list(model._base_manager.order_by("pk").values()) for model in everything}
