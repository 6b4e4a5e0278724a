import json

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session as BrowserSession
from django.db import models
from django.test import Client

from accounts import personal_data
from accounts.models import Invitation, User
from rooms.models import Room, Session

pytestmark = pytest.mark.django_db
# The texts that could tell who Bob is.
TRACES = ("bob@example.org", "Bobby Tables", "bob")


@pytest.fixture
def visit(bob: User) -> Session:
    return Session.objects.create(
        id="visit-1", token_hash="f" * 64, user=bob, processor_slug="edges", processor_version=1, worker="w"
    )


def test_one_changes_name_and_language(bobs_client: Client, bob: User) -> None:
    answer = bobs_client.post("/accounts/me/", {"display_name": "Bobby Tables", "language": "de"})
    assert answer.status_code == 302
    bob.refresh_from_db()
    assert (bob.name, bob.language) == ("Bobby Tables", "de")
    assert '<html lang="de"' in bobs_client.get("/accounts/me/").content.decode()


def test_a_name_is_text_and_never_markup(bobs_client: Client, bob: User) -> None:
    bobs_client.post("/accounts/me/", {"display_name": "<script>alert(1)</script>", "language": ""})
    page = bobs_client.get("/accounts/me/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_one_cannot_make_oneself_staff(bobs_client: Client, bob: User) -> None:
    bobs_client.post(
        "/accounts/me/", {"display_name": "B", "language": "", "is_staff": "on", "is_superuser": "on"}
    )
    bob.refresh_from_db()
    assert not bob.is_staff
    assert not bob.is_superuser


def test_the_page_lists_what_one_used(bobs_client: Client, visit: Session) -> None:
    assert "edges" in bobs_client.get("/accounts/me/").content.decode()


def test_the_page_lists_rooms_with_and_without_a_processor(
    bobs_client: Client, bob: User, visit: Session
) -> None:
    room = Room.objects.create(title="Tuesday studio", owner=bob, participant_limit=4)
    Session.objects.filter(pk=visit.pk).update(room=room)
    common = {"token_hash": "f" * 64, "user": bob, "processor_version": 1, "worker": "w"}
    Session.objects.create(id="visit-2", room=room, **common)
    Session.objects.create(id="visit-3", **common)
    page = bobs_client.get("/accounts/me/").content.decode()
    assert "<td>Tuesday studio · edges</td>" in page
    assert "<td>Tuesday studio</td>" in page
    assert "<td>A room that is gone</td>" in page


def test_nobody_sees_what_another_used(client: Client, charlie: User, visit: Session) -> None:
    client.force_login(charlie)
    assert "edges" not in client.get("/accounts/me/").content.decode()
    assert "edges" not in client.get("/accounts/me/export/").content.decode()


def test_the_export_has_everything_and_no_secret(bobs_client: Client, bob: User, visit: Session) -> None:
    answer = bobs_client.get("/accounts/me/export/")
    assert "attachment" in answer["Content-Disposition"]
    data = json.loads(answer.content)
    assert data["account"]["email"] == "bob@example.org"
    assert data["rooms.Session"][0]["processor_slug"] == "edges"
    assert bob.password not in answer.content.decode()
    assert visit.token_hash not in answer.content.decode()


def test_every_row_that_points_to_a_person_is_in_the_export(bob: User) -> None:
    covered = {model for model, _ in personal_data.related_rows(bob)}
    pointing = {
        model
        for model in apps.get_models(include_auto_created=False)
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and field.related_model is User
    }
    assert pointing <= covered


def test_deleting_forgets_the_person_and_keeps_the_count(
    bobs_client: Client, alice: User, bob: User, visit: Session
) -> None:
    bob.display_name = "Bobby Tables"
    bob.save()
    Invitation.objects.create(email="bob@example.org", created_by=alice)
    LogEntry.objects.log_actions(alice.pk, [bob], 2, "changed", single_object=True)
    answer = bobs_client.post("/accounts/me/delete/", {"proof": "a short walk"})
    assert answer.status_code == 302
    assert not User.objects.filter(username="bob").exists()
    assert Session.objects.get().user is None
    assert not any(trace in everything_stored() for trace in TRACES)


def test_deleting_ends_the_sessions_of_other_browsers(bobs_client: Client, bob: User) -> None:
    other = Client()
    other.force_login(bob)
    bobs_client.post("/accounts/me/delete/", {"proof": "a short walk"})
    assert not any(
        row.get_decoded().get("_auth_user_id") == str(bob.pk) for row in BrowserSession.objects.all()
    )
    assert other.get("/accounts/me/").status_code == 302


def test_a_wrong_password_deletes_nothing(bobs_client: Client, bob: User) -> None:
    page = bobs_client.post("/accounts/me/delete/", {"proof": "a guess"})
    assert "This is not your password" in page.content.decode()
    assert User.objects.filter(username="bob").exists()


def test_opening_the_page_deletes_nothing(bobs_client: Client, bob: User) -> None:
    assert bobs_client.get("/accounts/me/delete/").status_code == 200
    assert User.objects.filter(username="bob").exists()


def test_who_has_no_password_confirms_with_the_user_name(bobs_client: Client, bob: User) -> None:
    bob.set_unusable_password()
    bob.save()
    bobs_client.force_login(bob)
    assert bobs_client.post("/accounts/me/delete/", {"proof": ""}).status_code == 200
    assert bobs_client.post("/accounts/me/delete/", {"proof": "bob"}).status_code == 302
    assert not User.objects.filter(username="bob").exists()


def test_the_only_admin_stays(alices_client: Client) -> None:
    assert alices_client.post("/accounts/me/delete/", {"proof": "a long walk"}).status_code == 409
    assert User.objects.filter(username="alice").exists()


def test_a_new_address_counts_once_it_is_confirmed(bobs_client: Client, bob: User, mailoutbox) -> None:
    EmailAddress.objects.create(user=bob, email=bob.email, verified=True, primary=True)
    bobs_client.post("/accounts/email/", {"email": "new@example.org", "action_add": ""})
    bob.refresh_from_db()
    assert bob.email == "bob@example.org"
    link = next(word for word in mailoutbox[-1].body.split() if "/accounts/confirm-email/" in word)
    path = link.removeprefix("http://testserver")
    assert bobs_client.get(path).status_code == 200
    bob.refresh_from_db()
    assert bob.email == "bob@example.org"
    bobs_client.post(path)
    bob.refresh_from_db()
    assert bob.email == "new@example.org"


def everything_stored() -> str:
    """Every row of every table, as text; browser sessions decoded."""
    rows = [str(list(model._base_manager.values())) for model in apps.get_models(include_auto_created=True)]
    return "\n".join(rows + [str(session.get_decoded()) for session in BrowserSession.objects.all()])
