import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.test import Client

from accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def required(settings) -> None:
    settings.MFA_REQUIRED_FOR_STAFF = True


def code_for(secret: str) -> str:
    """What the authenticator app would show now."""
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def switch_on(client: Client, password: str = "a long walk") -> str:
    client.post("/accounts/reauthenticate/", {"password": password})
    secret = client.get("/accounts/2fa/totp/activate/").context["form"].secret
    answer = client.post("/accounts/2fa/totp/activate/", {"code": code_for(secret)})
    assert answer.status_code == 302, answer.content.decode()
    return secret


def by_password(name: str, password: str) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": name, "password": password})
    return client


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_staff_without_it_are_sent_to_set_it_up(alice: User) -> None:
    client = by_password("alice", "a long walk")
    answer = client.get("/admin/accounts/user/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/2fa/totp/activate/")
    page = client.get("/admin/", follow=True).content.decode()
    assert "The admin needs two-step sign-in" in page


def test_setting_it_up_asks_for_the_password_once_more(alice: User) -> None:
    client = by_password("alice", "a long walk")
    assert client.get("/accounts/2fa/totp/activate/")["Location"].startswith("/accounts/reauthenticate/")
    client.post("/accounts/reauthenticate/", {"password": "a guess"})
    assert client.get("/accounts/2fa/totp/activate/").status_code == 302
    client.post("/accounts/reauthenticate/", {"password": "a long walk"})
    assert 'src="data:image/svg+xml' in client.get("/accounts/2fa/totp/activate/").content.decode()


def test_with_it_the_admin_opens(alice: User) -> None:
    client = by_password("alice", "a long walk")
    switch_on(client)
    assert client.get("/admin/").status_code == 200


def test_the_other_pages_need_none(alice: User) -> None:
    assert by_password("alice", "a long walk").get("/accounts/me/").status_code == 200


def test_without_the_setting_the_admin_opens(alice: User, settings) -> None:
    settings.MFA_REQUIRED_FOR_STAFF = False
    assert by_password("alice", "a long walk").get("/admin/").status_code == 200


def test_the_password_alone_no_longer_signs_in(alice: User) -> None:
    switch_on(by_password("alice", "a long walk"))
    assert not signed_in(by_password("alice", "a long walk"))


def test_a_code_signs_in_and_works_once(alice: User) -> None:
    switch_on(by_password("alice", "a long walk"))
    secret = get_adapter().decrypt(Authenticator.objects.get(type="totp").data["secret"])
    cache.clear()  # the code that switched it on is spent; time does not pass in a test
    client = by_password("alice", "a long walk")
    client.post("/accounts/2fa/authenticate/", {"code": code_for(secret)})
    assert signed_in(client)
    again = by_password("alice", "a long walk")
    again.post("/accounts/2fa/authenticate/", {"code": code_for(secret)})
    assert not signed_in(again)


def test_a_wrong_code_is_refused(alice: User) -> None:
    switch_on(by_password("alice", "a long walk"))
    client = by_password("alice", "a long walk")
    client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert not signed_in(client)


def test_a_recovery_code_signs_in_and_works_once(alice: User) -> None:
    first = by_password("alice", "a long walk")
    switch_on(first)
    code = first.get("/accounts/2fa/recovery-codes/").context["unused_codes"][0]
    client = by_password("alice", "a long walk")
    client.post("/accounts/2fa/authenticate/", {"code": code})
    assert signed_in(client)
    again = by_password("alice", "a long walk")
    again.post("/accounts/2fa/authenticate/", {"code": code})
    assert not signed_in(again)


def test_a_new_password_by_link_does_not_go_round_it(alice: User) -> None:
    switch_on(by_password("alice", "a long walk"))
    alice.set_password("a new long walk")
    alice.save()
    assert not signed_in(by_password("alice", "a new long walk"))


def test_a_superuser_helps_who_lost_the_phone(alices_client: Client, bob: User, settings) -> None:
    settings.MFA_REQUIRED_FOR_STAFF = False
    switch_on(by_password("bob", "a short walk"), "a short walk")
    data = {"action": "remove_second_factor", "_selected_action": [str(bob.pk)]}
    alices_client.post("/admin/accounts/user/", data)
    assert signed_in(by_password("bob", "a short walk"))


def test_the_secret_is_not_in_the_database_as_it_is(alice: User) -> None:
    secret = switch_on(by_password("alice", "a long walk"))
    assert secret not in str(Authenticator.objects.get(type="totp").data)
    assert isinstance(Authenticator.objects.get(type="totp").wrap(), TOTP)
