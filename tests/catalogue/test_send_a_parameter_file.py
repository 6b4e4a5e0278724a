"""Files of visitors: sent over HTTP, owned by whoever sent them, handed to the worker by value."""

import base64
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.sessions.models import Session as DjangoSession
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from processors import files, guest_cookie
from processors.files import Owner
from processors.models import ParameterFile, Processor

from .conftest import Browser, make_row, png


def send(
    client: Client, content: bytes, parameter: str = "picture", kind: str = "image/png", **more: Any
) -> Any:
    upload = SimpleUploadedFile("hall.png", content, kind)
    return client.post("/p/kinds/files/", {"parameter": parameter, "file": upload}, **more)


def owner_of(client: Client, user: Any) -> Owner:
    return Owner.of(user, guest_cookie.read({name: each.value for name, each in client.cookies.items()}))


def test_a_member_sends_a_picture_and_his_session_gets_its_bytes(
    every_kind: Processor, bob: Any, browser: Browser
) -> None:
    client = browser(bob)
    response = send(client, png())
    assert response.status_code == 201
    answer = response.json()
    assert (answer["name"], answer["type"]) == ("hall.png", "image/png")

    values, errors = files.resolve({"picture": answer, "size": 4}, owner_of(client, bob), every_kind)
    assert not errors
    assert values["size"] == 4
    assert base64.b64decode(values["picture"]["data"]) == png()


def test_a_guest_owns_what_his_browser_sent(
    every_kind: Processor, guest: Any, browser: Browser, guests_welcome: None
) -> None:
    mine, other = browser(guest), browser(guest)
    reference = send(mine, png()).json()
    send(other, png())
    assert resolves(reference, owner_of(mine, guest), every_kind)
    assert not resolves(reference, owner_of(other, guest), every_kind)
    assert not resolves(reference, Owner.of(guest, None), every_kind)


def test_looking_at_a_studio_writes_nothing_down_and_the_file_is_found_later(
    every_kind: Processor, guest: Any, browser: Browser, guests_welcome: None
) -> None:
    client = browser(guest)
    assert client.get("/p/kinds/").status_code == 200
    assert not DjangoSession.objects.exists()
    before = owner_of(client, guest)
    reference = send(client, png()).json()
    assert owner_of(client, guest) == before, "the socket that is open already finds the file"
    assert resolves(reference, before, every_kind)
    assert not DjangoSession.objects.exists()


def test_a_guests_cookie_cannot_be_made_up(
    every_kind: Processor, guest: Any, browser: Browser, guests_welcome: None
) -> None:
    client = browser(guest)
    client.cookies[guest_cookie.COOKIE] = "made-up"
    assert owner_of(client, guest).guest == ""
    assert send(client, png()).status_code == 201
    assert owner_of(client, guest).guest not in {"", "made-up"}


def test_guests_together_have_a_limit_that_members_do_not_feel(
    every_kind: Processor, guest: Any, bob: Any, browser: Browser, guests_welcome: None, settings: Any
) -> None:
    settings.GUEST_FILES_BYTES = len(png()) + 10
    assert send(browser(guest), png()).status_code == 201
    refused = send(browser(guest), png())
    assert (refused.status_code, refused.json()["code"]) == (503, "no_room")
    assert "Sign in" in refused.json()["message"]
    assert send(browser(bob), png()).status_code == 201


def test_a_class_that_is_gone_takes_none(bob: Any, browser: Browser) -> None:
    make_row("kinds", key="no-such-class")
    response = send(browser(bob), png())
    assert (response.status_code, response.json()["code"]) == (503, "processor_unavailable")


def test_nobody_uses_the_file_of_another(
    every_kind: Processor, bob: Any, charlie: Any, browser: Browser
) -> None:
    reference = send(browser(bob), png()).json()
    _, errors = files.resolve({"picture": reference}, Owner.of(charlie, None), every_kind)
    assert errors == {"picture": "This file is no longer here. Choose it again."}


@pytest.mark.parametrize(
    "value", [{"file": "nonsense"}, {"file": None}, {}, {"name": "x", "type": "image/png", "data": "AAAA"}]
)
def test_only_sent_files_are_handed_on(value: Any, every_kind: Processor, bob: Any) -> None:
    values, errors = files.resolve({"picture": value}, Owner.of(bob, None), every_kind)
    assert (values, list(errors)) == ({}, ["picture"])


def test_the_default_file_of_a_row_is_for_all_its_visitors(every_kind: Processor, bob: Any) -> None:
    file = ParameterFile.objects.create(
        processor=every_kind, name="hall.png", content_type="image/png", data=png()
    )
    every_kind.parameters = {"picture": {"file": str(file.pk), "name": "hall.png"}, "size": 4}
    every_kind.save()
    owner = Owner.of(bob, None)
    values, errors = files.starting_values(every_kind, {"size": 5}, owner)
    assert not errors
    assert (values["size"], values["picture"]["name"]) == (5, "hall.png")
    assert not resolves({"file": str(file.pk)}, owner, make_row("other"))


@pytest.mark.parametrize(
    ("content", "kind", "parameter", "status", "code"),
    [
        (b"no picture", "image/png", "picture", 415, "unreadable_image"),
        (png()[:-40], "image/png", "picture", 415, "unreadable_image"),
        (b"GIF89a", "image/gif", "picture", 415, "unreadable_image"),
        (b"<svg/>", "image/svg+xml", "picture", 415, "unreadable_image"),
        (b"plain", "text/plain", "picture", 415, "wrong_file_type"),
        (b"plain", "text/html", "notes", 415, "wrong_file_type"),
        (b"x" * 1001, "text/plain", "notes", 413, "file_too_large"),
        (png(), "image/png", "size", 400, "unknown_parameter"),
        (png(), "image/png", "no_such", 400, "unknown_parameter"),
    ],
)
def test_what_does_not_fit_is_refused(
    content: bytes,
    kind: str,
    parameter: str,
    status: int,
    code: str,
    every_kind: Processor,
    bob: Any,
    browser: Browser,
) -> None:
    response = send(browser(bob), content, parameter, kind)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert not ParameterFile.objects.exists()


def test_the_real_content_decides_and_not_its_name(every_kind: Processor, bob: Any, browser: Browser) -> None:
    assert send(browser(bob), png(), kind="image/jpeg").json()["type"] == "image/png"


def test_a_picture_that_unfolds_to_gigabytes_is_refused(
    every_kind: Processor, bob: Any, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("processors.images.MAXIMUM_PIXELS", 500)
    assert send(browser(bob), png(32, 18)).json()["code"] == "unreadable_image"


def test_a_large_body_is_refused_by_its_header(
    every_kind: Processor, bob: Any, browser: Browser, settings: Any
) -> None:
    settings.PARAMETER_FILE_BYTES = 1000
    response = send(browser(bob), png() + b"x" * 20_000)
    assert (response.status_code, response.json()["code"]) == (413, "file_too_large")


def test_a_form_without_a_file_is_explained(every_kind: Processor, bob: Any, browser: Browser) -> None:
    response = browser(bob).post("/p/kinds/files/", {"parameter": "picture"})
    assert (response.status_code, response.json()["code"]) == (400, "no_file")


def test_one_visitor_cannot_fill_the_database(
    every_kind: Processor, bob: Any, charlie: Any, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "FILES_PER_OWNER", 2)
    assert [send(browser(bob), png()).status_code for _ in range(3)] == [201, 201, 429]
    assert send(browser(charlie), png()).status_code == 201


def test_a_file_is_taken_only_where_its_processor_may_be_opened(
    every_kind: Processor, bob: Any, browser: Browser
) -> None:
    Processor.objects.update(visibility="staff")
    assert send(browser(bob), png()).status_code == 403
    every_kind.retire()
    assert send(browser(bob), png()).status_code == 404


def test_a_forged_form_is_refused(every_kind: Processor, bob: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(bob)
    assert send(client, png()).status_code == 403


def test_files_live_a_day(every_kind: Processor, bob: Any, browser: Browser) -> None:
    client = browser(bob)
    reference = send(client, png()).json()
    ParameterFile.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert not resolves(reference, owner_of(client, bob), every_kind)

    send(client, png())
    assert not ParameterFile.objects.filter(pk=reference["file"]).exists()


def test_the_command_deletes_what_is_old_and_nothing_else(every_kind: Processor, bob: Any) -> None:
    kept = ParameterFile(name="default", content_type="image/png", data=b"", processor=every_kind)
    kept.save()
    past = timezone.now() - timedelta(minutes=1)
    ParameterFile.objects.create(name="old", content_type="image/png", data=b"", user=bob, expires=past)
    output = StringIO()
    call_command("deleteexpiredfiles", stdout=output)
    assert "Deleted: 1" in output.getvalue()
    assert ParameterFile.objects.get() == kept


def test_the_files_of_an_account_go_with_it(every_kind: Processor, bob: Any, browser: Browser) -> None:
    send(browser(bob), png())
    bob.delete()
    assert not ParameterFile.objects.exists()


def resolves(reference: Any, owner: Owner, row: Processor) -> bool:
    values, _ = files.resolve({"picture": reference}, owner, row)
    return "picture" in values
