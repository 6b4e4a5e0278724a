"""An admin writes down a server, tests it, and makes a processor of one of its models."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from processors.models import Processor
from processors.remote.entries import with_secrets
from processors.remote.rows import InferenceServer
from processors.remote.sealing import opened, sealed

from .misbehaving import MisbehavingServer

ADD = "/admin/processors/inferenceserver/add/"
FIELDS = {"name": "lab", "url": "grpc://127.0.0.1:8001", "deadline_seconds": "", "token": "", "ca": ""}


@pytest.fixture(autouse=True)
def allowed(settings: Any) -> None:
    settings.REMOTE_ALLOWED_HOSTS = ["127.0.0.1", "models.example.org"]
    settings.MFA_REQUIRED_FOR_STAFF = False


@pytest.fixture
def admin(alice: Any) -> Client:
    client = Client()
    client.force_login(alice)
    return client


def add(admin: Client, **changes: Any) -> Any:
    return admin.post(ADD, {**FIELDS, **changes})


def models_page(server: InferenceServer) -> str:
    return reverse("admin:processors_inferenceserver_models", args=[server.pk])


def listed(server: MisbehavingServer, scheme: str = "grpc") -> InferenceServer:
    return InferenceServer.objects.create(name="lab", url=server.url(scheme))


def test_it_keeps_a_server(admin: Client) -> None:
    assert add(admin).status_code == 302
    assert InferenceServer.objects.get().url == "grpc://127.0.0.1:8001"


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "file:///etc/passwd"},
        {"url": "grpc://169.254.169.254:80"},
        {"url": "grpc://10.0.0.1:8001"},
        {"url": "grpc://user:secret@127.0.0.1:8001"},
        {"deadline_seconds": "20"},
        {"deadline_seconds": "0"},
        {"ca": "no certificate"},
        {"token": "in the open"},
        {"url": "grpcs://127.0.0.1:8001", "token": "two\nlines"},
    ],
)
def test_it_refuses(admin: Client, wrong: dict[str, str]) -> None:
    answer = add(admin, **wrong)
    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()
    assert not InferenceServer.objects.exists()


def test_a_token_is_kept_sealed_and_never_shown_again(admin: Client) -> None:
    add(admin, url="grpcs://127.0.0.1:8001", token="open sesame")
    server = InferenceServer.objects.get()
    assert opened(server.sealed_token) == "open sesame"
    assert "sesame" not in server.sealed_token
    page = f"/admin/processors/inferenceserver/{server.pk}/change/"
    for shown in (page, "/admin/processors/inferenceserver/", f"{page.replace('change', 'history')}"):
        text = admin.get(shown).content.decode()
        assert "sesame" not in text
        assert server.sealed_token not in text
    admin.post(page, {**FIELDS, "url": "grpcs://127.0.0.1:9000"})
    server.refresh_from_db()
    assert (server.url, opened(server.sealed_token)) == ("grpcs://127.0.0.1:9000", "open sesame")
    refused = admin.post(page, {**FIELDS, "url": "grpc://127.0.0.1:9000"})
    assert refused.status_code == 200
    admin.post(page, {**FIELDS, "forget_token": "on"})
    server.refresh_from_db()
    assert server.sealed_token == ""


def test_a_token_does_not_follow_to_another_host(admin: Client) -> None:
    add(admin, url="grpcs://127.0.0.1:8001", token="open sesame")
    page = f"/admin/processors/inferenceserver/{InferenceServer.objects.get().pk}/change/"
    elsewhere = {**FIELDS, "url": "grpcs://models.example.org"}
    assert "another host" in admin.post(page, elsewhere).content.decode()
    assert InferenceServer.objects.get().url == "grpcs://127.0.0.1:8001"
    assert admin.post(page, {**elsewhere, "token": "another"}).status_code == 302
    server = InferenceServer.objects.get()
    assert (server.url, opened(server.sealed_token)) == ("grpcs://models.example.org", "another")


def test_a_token_of_the_environment_needs_an_encrypted_address_too(admin: Client, settings: Any) -> None:
    settings.REMOTE_TOKENS = {"lab": "from the environment"}
    assert "encrypted address" in add(admin).content.decode()
    assert add(admin, url="grpcs://127.0.0.1:8001").status_code == 302


def test_what_travels_to_a_worker_is_sealed_and_opened_for_the_host(db: None, settings: Any) -> None:
    server = InferenceServer(name="lab", url="grpcs://127.0.0.1:8001", deadline_seconds=0.5)
    server.set_token("open sesame")
    server.save()
    configuration = {"models": [{"name": "a", "remote": {"server": "lab", "model": "a"}}]}
    row = Processor.objects.create(title="A", slug="a", key="classification", configuration=configuration)
    travelling = row.spec()["configuration"]
    assert "sesame" not in str(travelling)
    assert row.configuration == configuration
    known = with_secrets(travelling)["models"][0]["remote"]["connection"]
    assert (known["token"], known["deadline_seconds"]) == ("open sesame", 0.5)
    assert known["allowed_hosts"] == settings.REMOTE_ALLOWED_HOSTS
    settings.REMOTE_TOKENS = {"lab": "from the environment"}
    assert with_secrets(travelling)["models"][0]["remote"]["connection"]["token"] == "from the environment"
    server.delete()
    assert "connection" not in row.spec()["configuration"]["models"][0]["remote"]


def test_a_former_key_still_opens_and_a_lost_one_does_not(settings: Any) -> None:
    kept = sealed("open sesame")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key of more than thirty-two characters"
    assert opened(kept) == "open sesame"
    settings.SECRET_KEY_FALLBACKS = []
    assert opened(kept) == ""


@pytest.mark.parametrize("scheme", ["grpc", "http"])
def test_the_connection_is_tested(scheme: str, admin: Client, server: MisbehavingServer) -> None:
    text = admin.get(models_page(listed(server, scheme))).content.decode()
    assert "misbehaving 1" in text
    assert "errornote" not in text


def test_a_server_that_is_away_or_not_allowed_is_said(
    admin: Client, server: MisbehavingServer, settings: Any
) -> None:
    page = models_page(listed(server))
    settings.REMOTE_ALLOWED_HOSTS = []
    assert "REMOTE_ALLOWED_HOSTS" in admin.get(page).content.decode()
    settings.REMOTE_ALLOWED_HOSTS = ["127.0.0.1"]
    server.kill()
    assert "cannot be reached" in admin.get(page).content.decode()


def test_a_model_becomes_a_draft(admin: Client, server: MisbehavingServer) -> None:
    page = models_page(listed(server))
    text = admin.get(page, {"model": "look"}).content.decode()
    choice = re.search(r'name="choice" value="([^"]+)"', text)
    assert choice, text
    posted = {"model": "look", "version": "", "title": "Look", "choice": choice.group(1)}
    answer = admin.post(page, posted)
    row = Processor.objects.get(slug="look")
    assert answer["Location"].endswith(f"/{row.pk}/change/")
    assert (row.key, row.is_draft) == ("classification", True)
    [entry] = row.configuration["models"]
    assert entry["remote"] == {"server": "lab", "model": "look"}
    assert row.manifest()["privacy"]["sends_elsewhere"]
    tried = admin.get(f"/admin/processors/processor/{row.pk}/try/").content.decode()
    assert "likeliest" in tried
    admin.post(page, posted)
    assert Processor.objects.filter(slug="look-2").exists()


def test_a_model_that_is_not_there_is_said(admin: Client, server: MisbehavingServer) -> None:
    text = admin.get(models_page(listed(server)), {"model": "double"}).content.decode()
    assert "not recognised" in text


def test_a_choice_that_we_did_not_offer_is_refused(admin: Client, server: MisbehavingServer) -> None:
    posted = {"model": "look", "version": "", "title": "Look", "choice": "made:up"}
    assert admin.post(models_page(listed(server)), posted).status_code == 403
    assert not Processor.objects.filter(slug="look").exists()


def test_others_see_nothing(server: MisbehavingServer, bob: Any) -> None:
    page = models_page(listed(server))
    bob.is_staff = True
    bob.save()
    client = Client()
    client.force_login(bob)
    assert client.get(page).status_code == 403
