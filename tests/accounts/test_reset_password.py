import re

import pytest
from django.core import mail
from django.test import Client

from accounts.models import User

pytestmark = pytest.mark.django_db
NEW = "a much longer walk"


def ask_for_link(client: Client, email: str) -> str | None:
    client.post("/accounts/password/reset/", {"email": email})
    body = mail.outbox[-1].body if mail.outbox else ""
    found = re.search(r"http://testserver(/accounts/password/reset/key/\S+)", body)
    return found.group(1) if found else None


def use_link(client: Client, link: str, password: str = NEW):
    page = client.get(link, follow=True)
    path = page.redirect_chain[-1][0] if page.redirect_chain else link
    return client.post(path, {"password1": password, "password2": password}, follow=True)


def admin_link(client: Client, user: User) -> str:
    data = {"action": "make_reset_link", "_selected_action": [str(user.pk)]}
    page = client.post("/admin/accounts/user/", data)
    found = re.search(r"http://testserver(/accounts/password/reset/key/[^\"]+)", page.content.decode())
    assert found, page.content.decode()
    return found.group(1)


def can_sign_in(name: str, password: str) -> bool:
    client = Client()
    client.post("/accounts/login/", {"login": name, "password": password})
    return "_auth_user_id" in client.session


def test_a_link_comes_by_e_mail_and_sets_the_password(client: Client, bob: User) -> None:
    link = ask_for_link(client, "bob@example.org")
    assert link
    page = use_link(client, link)
    assert "Your password is changed" in page.content.decode()
    assert can_sign_in("bob", NEW)
    assert not can_sign_in("bob", "a short walk")


def test_the_link_works_once(client: Client, bob: User) -> None:
    link = ask_for_link(client, "bob@example.org")
    assert link
    use_link(client, link)
    page = use_link(Client(), link, "another long walk")
    assert "no longer works" in page.content.decode()
    assert can_sign_in("bob", NEW)


def test_an_unknown_address_gets_the_same_page_and_no_link(client: Client, bob: User) -> None:
    assert ask_for_link(client, "nobody@example.org") is None
    known = client.post("/accounts/password/reset/", {"email": "bob@example.org"}, follow=True)
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@example.org"}, follow=True)
    assert known.redirect_chain == unknown.redirect_chain
    assert known.status_code == unknown.status_code == 200


def test_an_admin_makes_a_link_without_e_mail(alices_client: Client, client: Client, charlie: User) -> None:
    charlie.email = ""
    charlie.save()
    use_link(client, admin_link(alices_client, charlie))
    assert can_sign_in("charlie", NEW)
    assert not mail.outbox


def test_the_admins_link_works_once(alices_client: Client, bob: User) -> None:
    link = admin_link(alices_client, bob)
    use_link(Client(), link)
    assert "no longer works" in use_link(Client(), link, "another long walk").content.decode()
    assert not can_sign_in("bob", "another long walk")


def test_the_admins_link_expires(alices_client: Client, bob: User, settings) -> None:
    link = admin_link(alices_client, bob)
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert "no longer works" in use_link(Client(), link).content.decode()


def test_the_admins_link_is_noted_in_the_log(alices_client: Client, bob: User) -> None:
    from django.contrib.admin.models import LogEntry

    admin_link(alices_client, bob)
    assert LogEntry.objects.get(object_id=str(bob.pk)).user.username == "alice"


def test_staff_below_superusers_make_no_link_for_superusers(alice: User, bob: User) -> None:
    from django.contrib.auth.models import Permission

    bob.is_staff = True
    bob.save()
    bob.user_permissions.set(Permission.objects.filter(codename__in=["change_user", "view_user"]))
    client = Client()
    client.force_login(bob)
    data = {"action": "make_reset_link", "_selected_action": [str(alice.pk)]}
    page = client.post("/admin/accounts/user/", data, follow=True).content.decode()
    assert "/accounts/password/reset/key/" not in page
    assert "Only a superuser" in page
    assert client.post(f"/admin/accounts/user/{alice.pk}/password/", {}).status_code == 403
    change = client.post(f"/admin/accounts/user/{bob.pk}/change/", {"username": "bob", "is_superuser": "on"})
    assert change.status_code in (200, 302)
    bob.refresh_from_db()
    assert not bob.is_superuser


def test_one_changes_the_password_knowing_the_old_one(bobs_client: Client) -> None:
    data = {"oldpassword": "a short walk", "password1": NEW, "password2": NEW}
    bobs_client.post("/accounts/password/change/", data)
    assert can_sign_in("bob", NEW)


def test_the_old_password_must_be_right(bobs_client: Client) -> None:
    data = {"oldpassword": "guessed", "password1": NEW, "password2": NEW}
    assert bobs_client.post("/accounts/password/change/", data).status_code == 200
    assert not can_sign_in("bob", NEW)


def test_a_new_password_ends_the_other_browsers_sessions(bobs_client: Client, bob: User) -> None:
    other = Client()
    other.force_login(bob)
    data = {"oldpassword": "a short walk", "password1": NEW, "password2": NEW}
    bobs_client.post("/accounts/password/change/", data)
    assert bobs_client.get("/accounts/me/").status_code == 200
    assert other.get("/accounts/me/").status_code == 302
