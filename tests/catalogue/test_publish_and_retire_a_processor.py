from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from processors import access, catalogue, sandbox, worker_reports
from processors.model_store import gate
from processors.model_store.known import named
from processors.models import Processor
from processors.sync import sync_builtins

from .conftest import make_row
from .test_edit_a_processor import save

LIST = reverse("admin:processors_processor_changelist")


def act(client: Client, action: str, *rows: Processor) -> Any:
    chosen = {"action": action, "_selected_action": [row.pk for row in rows]}
    return client.post(LIST, chosen, follow=True)


def opens(user: Any, row: Processor) -> bool:
    try:
        return bool(access.get_for(user, row.slug))
    except access.AccessRefused:
        return False


def test_publishing_a_draft_opens_it_for_everyone(
    admin_browser: Client, guest: Any, guests_welcome: None
) -> None:
    row = make_row("hall", visibility="draft")
    assert not opens(guest, row)
    assert "is on offer" in act(admin_browser, "publish", row).content.decode()
    assert opens(guest, row)


def test_retiring_ends_new_sessions_and_publishing_brings_them_back(
    admin_browser: Client, row: Processor, bob: Any
) -> None:
    act(admin_browser, "retire", row)
    assert not opens(bob, row)
    act(admin_browser, "publish", row)
    assert opens(bob, row)


def test_publishing_again_keeps_who_may_see_it(admin_browser: Client, bob: Any) -> None:
    row = make_row("hall", visibility="staff")
    act(admin_browser, "retire", row)
    act(admin_browser, "publish", row)
    row.refresh_from_db()
    assert row.visibility == "staff"
    assert not opens(bob, row)


@pytest.mark.parametrize(("button", "expected"), [("_publish", "published"), ("_retire", "retired")])
def test_the_buttons_save_and_act(button: str, expected: str, admin_browser: Client, row: Processor) -> None:
    save(admin_browser, row, title="Great hall", **{button: "yes"})
    row.refresh_from_db()
    assert (row.title, row.state) == ("Great hall", expected)


def test_several_at_once(admin_browser: Client) -> None:
    rows = [make_row(slug) for slug in ("one", "two")]
    assert "2 processors are retired" in act(admin_browser, "retire", *rows).content.decode()


def test_order_and_visibility_change_in_the_list(admin_browser: Client) -> None:
    rows = [make_row("one", order=10), make_row("two", order=20)]
    sent: dict[str, Any] = {"form-TOTAL_FORMS": 2, "form-INITIAL_FORMS": 2, "_save": "Save"}
    for number, row in enumerate(rows):
        values = {"id": row.pk, "order": 30 - row.order, "visibility": "members"}
        sent |= {f"form-{number}-{name}": value for name, value in values.items()}
    admin_browser.post(LIST, sent)
    assert [(row.slug, row.visibility) for row in Processor.objects.all()] == [
        ("two", "members"),
        ("one", "members"),
    ]


def test_a_builtin_is_retired_and_never_deleted(admin_browser: Client, db: None) -> None:
    sync_builtins()
    row = Processor.objects.get(slug="passthrough")
    delete = reverse("admin:processors_processor_delete", args=[row.pk])
    assert admin_browser.post(delete, {"post": "yes"}).status_code == 403
    act(admin_browser, "delete_selected", row)
    assert Processor.objects.filter(pk=row.pk).exists()


def test_a_row_of_ones_own_can_be_deleted(admin_browser: Client, row: Processor) -> None:
    admin_browser.post(reverse("admin:processors_processor_delete", args=[row.pk]), {"post": "yes"})
    assert not Processor.objects.exists()


def test_staff_without_the_right_cannot_publish(row: Processor, stella: Any, browser: Any) -> None:
    assert act(browser(stella), "retire", row).status_code == 403
    row.refresh_from_db()
    assert not row.is_retired


def test_classes_of_other_packages_are_offered_where_they_are_kept_apart(
    admin_browser: Client, every_kind: Processor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(catalogue.BUILTINS, "every-kind")
    isolation(monkeypatch, "seccomp")
    Processor.objects.update(visibility="draft")
    act(admin_browser, "publish", every_kind)
    every_kind.refresh_from_db()
    assert every_kind.visibility == "everyone"


def test_classes_of_other_packages_stay_with_staff_elsewhere(
    admin_browser: Client, every_kind: Processor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(catalogue.BUILTINS, "every-kind")
    isolation(monkeypatch, "limits")
    Processor.objects.update(visibility="draft")
    response = save(admin_browser, every_kind, visibility="everyone")
    assert "for staff only" in response.content.decode()
    act(admin_browser, "publish", every_kind)
    every_kind.refresh_from_db()
    assert every_kind.visibility == "staff"


def test_workers_are_told_what_must_be_kept_apart_from_visitors(
    every_kind: Processor, monkeypatch: Any
) -> None:
    """Code of other packages, and uploads; not what only staff try, nor our own code with models that we know."""
    known = named("yolox-nano")
    of_known = {"sha256": known.sha256, "spec": known.spec}
    ours = Processor(slug="own", key="object-detection", configuration={"models": [of_known]})
    uploaded = Processor(
        slug="up", key="object-detection", configuration={"models": [{**of_known, "sha256": "0" * 64}]}
    )
    remote = Processor(slug="far", key="object-detection", configuration={"models": [{"server": 1}]})
    monkeypatch.delitem(catalogue.BUILTINS, "every-kind")
    rows = [ours, uploaded, remote, every_kind]
    for row in rows:
        row.visibility = "everyone"
    assert [gate.needs_strong_isolation(row) for row in rows] == [False, True, False, True]
    assert every_kind.spec()["needs_strong_isolation"] is True
    for row in rows:
        row.visibility = "staff"
    assert not any(gate.needs_strong_isolation(row) for row in rows)


def test_the_page_of_a_row_says_how_well_it_is_kept_apart(
    admin_browser: Client, every_kind: Processor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def page() -> str:
        return admin_browser.get(
            reverse("admin:processors_processor_change", args=[every_kind.pk])
        ).content.decode()

    assert "not known: no media worker is running" in page()
    workers = [worker_reports.Isolation("namespaces", files_hidden=True)]
    monkeypatch.setattr(worker_reports, "ask_workers", lambda: workers)
    assert "namespaces, files hidden" in page()
    workers.append(worker_reports.Isolation("limits", files_hidden=False))
    assert "Kept apart by" in page()
    assert "limits" in page()
    assert "for staff only" not in page(), "it is our own code"
    monkeypatch.delitem(catalogue.BUILTINS, "every-kind")
    assert "limits. Models and code of others cannot be kept apart" in page()


def isolation(monkeypatch: pytest.MonkeyPatch, level: str) -> None:
    """As on another machine."""
    in_force = sandbox.InForce(level, files_hidden=True, user="somebody")
    monkeypatch.setattr(sandbox, "probed", lambda limits: in_force)
