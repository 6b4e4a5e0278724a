from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import Invitation, User

pytestmark = pytest.mark.django_db
DANA = {"username": "dana", "display_name": "Dana D.", "password1": "a very long walk"}


def sign_up(client: Client, invitation: Invitation, **changed: str):
    return client.post(invitation.get_absolute_url(), {**DANA, **changed})


def test_the_link_opens_the_form(client: Client, invitation: Invitation) -> None:
    page = client.get(invitation.get_absolute_url())
    assert page.status_code == 200
    assert "Create your account" in page.content.decode()


def test_opening_the_link_changes_nothing(client: Client, invitation: Invitation) -> None:
    client.get(invitation.get_absolute_url())
    invitation.refresh_from_db()
    assert invitation.uses == 0


def test_one_gets_an_account_with_the_groups_of_the_invitation(
    client: Client, invitation: Invitation
) -> None:
    group = Group.objects.create(name="Vision")
    invitation.groups.add(group)
    answer = sign_up(client, invitation)
    assert answer.status_code == 302
    dana = User.objects.get(username="dana")
    assert dana.name == "Dana D."
    assert list(dana.groups.all()) == [group]
    assert client.session["_auth_user_id"] == str(dana.pk)
    assert not dana.is_staff


def test_a_used_invitation_is_refused(client: Client, invitation: Invitation) -> None:
    sign_up(client, invitation)
    page = sign_up(Client(), invitation, username="eve")
    assert page.status_code == 410
    assert "has been used" in page.content.decode()
    assert not User.objects.filter(username="eve").exists()


def test_an_invitation_for_two_makes_two_accounts(client: Client, invitation: Invitation) -> None:
    invitation.max_uses = 2
    invitation.save()
    for name in ("dana", "erik", "fay"):
        sign_up(Client(), invitation, username=name)
    assert set(User.objects.values_list("username", flat=True)) == {"alice", "dana", "erik"}


def test_an_expired_invitation_is_refused(client: Client, invitation: Invitation) -> None:
    invitation.expires_at = timezone.now() - timedelta(seconds=1)
    invitation.save()
    for page in (client.get(invitation.get_absolute_url()), sign_up(client, invitation)):
        assert page.status_code == 410
        assert "has expired" in page.content.decode()
    assert not User.objects.filter(username="dana").exists()


def test_a_revoked_invitation_is_refused(client: Client, invitation: Invitation) -> None:
    invitation.revoke()
    page = sign_up(client, invitation)
    assert page.status_code == 410
    assert "was withdrawn" in page.content.decode()
    assert not User.objects.filter(username="dana").exists()


def test_a_forged_link_is_refused(client: Client, invitation: Invitation) -> None:
    forged = f"/accounts/invitation/{invitation.pk}:c2lnbmF0dXJl/"
    page = client.post(forged, DANA)
    assert page.status_code == 404
    assert not User.objects.filter(username="dana").exists()


def test_without_an_invitation_nobody_signs_up(client: Client, db: None) -> None:
    for page in (client.get("/accounts/signup/"), client.post("/accounts/signup/", DANA)):
        assert "Accounts are by invitation" in page.content.decode()
    assert not User.objects.exists()


def test_an_invitation_with_an_address_makes_an_account_with_that_address(
    client: Client, invitation: Invitation
) -> None:
    invitation.email = "dana@example.org"
    invitation.save()
    sign_up(client, invitation, email="mallory@example.org")
    assert User.objects.get(username="dana").email == "dana@example.org"


def test_a_taken_name_or_a_weak_password_costs_no_use(client: Client, invitation: Invitation) -> None:
    assert sign_up(client, invitation, username="alice").status_code == 200
    assert sign_up(client, invitation, password1="12345678901").status_code == 200
    invitation.refresh_from_db()
    assert invitation.uses == 0


def test_of_two_who_are_quick_at_once_one_gets_in(invitation: Invitation) -> None:
    """Both have read the invitation as usable before either of them takes it."""
    first, second = (Invitation.objects.get(pk=invitation.pk) for _ in range(2))
    assert first.state == second.state == "usable"
    assert [first.claim(), second.claim()] == [True, False]


def test_who_comes_too_late_with_a_filled_form_gets_the_reason_and_no_account(
    client: Client, invitation: Invitation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Invitation, "claim", lambda self: False)
    answer = sign_up(client, invitation)
    assert answer["Location"] == invitation.get_absolute_url()
    assert not User.objects.filter(username="dana").exists()


def test_staff_make_one_in_the_admin_and_copy_its_link(alices_client: Client) -> None:
    expires = timezone.now() + timedelta(days=2)
    data = {"max_uses": "1", "expires_at": f"{expires:%Y-%m-%dT%H:%M}"}
    answer = alices_client.post("/admin/accounts/invitation/add/", data)
    assert answer.status_code == 302
    invitation = Invitation.objects.get()
    assert invitation.created_by
    assert invitation.created_by.username == "alice"
    url = f"http://testserver{invitation.get_absolute_url()}"
    assert url in alices_client.get("/admin/accounts/invitation/").content.decode()
    page = alices_client.get(f"/admin/accounts/invitation/{invitation.pk}/change/")
    assert url in page.content.decode()


def test_it_cannot_be_made_to_fit_less_accounts_than_it_has(
    alices_client: Client, invitation: Invitation
) -> None:
    Invitation.objects.filter(pk=invitation.pk).update(max_uses=5, uses=3)
    data = {"max_uses": "2", "expires_at": f"{invitation.expires_at:%Y-%m-%dT%H:%M}"}
    answer = alices_client.post(f"/admin/accounts/invitation/{invitation.pk}/change/", data)
    assert "used 3 times already" in answer.content.decode()


def test_staff_revoke_it_in_the_admin(alices_client: Client, invitation: Invitation, client: Client) -> None:
    data = {"action": "revoke", "_selected_action": [str(invitation.pk)]}
    alices_client.post("/admin/accounts/invitation/", data)
    assert client.get(invitation.get_absolute_url()).status_code == 410


def test_staff_send_it_by_e_mail(alices_client: Client, invitation: Invitation) -> None:
    invitation.email = "dana@example.org"
    invitation.save()
    data = {"action": "send_by_email", "_selected_action": [str(invitation.pk)]}
    alices_client.post("/admin/accounts/invitation/", data)
    assert mail.outbox[0].to == ["dana@example.org"]
    assert invitation.token in mail.outbox[0].body


def test_members_cannot_make_invitations(bobs_client: Client, bob: User) -> None:
    answer = bobs_client.post("/admin/accounts/invitation/add/", {"max_uses": "1"})
    assert answer.status_code == 302
    assert not Invitation.objects.exists()
