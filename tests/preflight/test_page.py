"""The admin's page: for staff only, what is asked at once, what the command found last, in the reader's language."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from rooms.preflight import kept
from rooms.preflight.findings import Finding
from rooms.preflight.words import ANSWERS, QUESTIONS
from workers import door

PAGE = "/admin/preflight/"


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path, db: None) -> None:
    settings.VAR_DIR = tmp_path
    settings.MODELS_DIR = tmp_path / "models"
    door.forget()


def keep(*findings: Finding) -> None:
    kept.keep(kept.Result("https://showroom.example.org/", timezone.now(), findings))


def test_only_staff_reads_it(client: Client, bob: Any, admin_client: Client) -> None:
    for stranger, sign_in in ((client, "/accounts/login/"), (signed_in(bob), "/admin/login/")):
        refused = stranger.get(PAGE)
        assert (refused.status_code, refused.headers["Location"].partition("?")[0]) == (302, sign_in)
    assert admin_client.get(PAGE).status_code == 200


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_the_admin_leads_there(admin_client: Client) -> None:
    assert f'href="{PAGE}"' in admin_client.get("/admin/").content.decode()


def test_it_asks_at_once_what_it_can(admin_client: Client) -> None:
    page = admin_client.get(PAGE)
    asked = {finding.code for finding in page.context["now"]}
    # No worker runs in this process.
    assert {"database.good", "redis.unused", "workers.none"} <= asked
    text = page.content.decode()
    assert "✗</span> red" in text
    assert "→ Start `manage.py runmediaworker`" in text
    assert "manage.py preflight --url http://testserver/" in text
    assert "It has not run here yet." in text


def test_it_shows_what_the_command_found(admin_client: Client) -> None:
    refused = Finding("relay.refused", "turn:<b>relay</b>:3478", {"error": "401 <i>Unauthorized</i>"})
    keep(Finding("site.good", values={"workers": 2}), refused)
    text = admin_client.get(PAGE).content.decode()
    assert "https://showroom.example.org/" in text
    assert "Yes, with 2 media workers." in text
    assert "It refuses the credentials (401 &lt;i&gt;Unauthorized&lt;/i&gt;)." in text
    assert "turn:&lt;b&gt;relay&lt;/b&gt;:3478" in text


def test_in_the_language_of_the_reader(admin_client: Client) -> None:
    keep(Finding("relay.refused", "turn:relay:3478", {"error": "401"}))
    text = admin_client.get(PAGE, headers={"accept-language": "de"}).content.decode()
    assert "Es lehnt die Zugangsdaten ab (401)." in text


def test_a_site_of_another_user_can_read_it() -> None:
    keep(Finding("redis.good"))
    assert kept.path().stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"url": "", "made": "", "findings": [{"code": "of.another.version"}]}']
)
def test_what_it_cannot_read_is_as_if_it_had_not_run(admin_client: Client, text: str) -> None:
    kept.path().write_text(text)
    assert "It has not run here yet." in admin_client.get(PAGE).content.decode()


@pytest.mark.parametrize("code", [*ANSWERS])
def test_every_answer_has_a_question_and_every_fault_a_fix(code: str) -> None:
    words = ANSWERS[code]
    assert code.partition(".")[0] in QUESTIONS
    assert bool(words.fix) is (words.state in {"amber", "red"})
