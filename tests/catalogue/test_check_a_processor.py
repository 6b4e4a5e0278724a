"""The admin's check: the suite in the background, its faults on the page."""

from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from processors import check_job
from processors.models import Processor
from tests.support.patience import wait_until

from .conftest import Browser, make_row

FAULTY = Path(__file__).parents[1] / "processors" / "packages" / "faulty"


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


def url(row: Processor) -> str:
    return reverse("admin:processors_processor_check", args=[row.pk])


def checked(admin_browser: Client, row: Processor) -> str:
    assert admin_browser.post(url(row)).status_code == 302
    wait_until(lambda: not check_job.is_running(row), "the check ends", 60)
    return admin_browser.get(url(row)).content.decode()


def test_what_was_not_checked_says_so_and_offers_it(admin_browser: Client) -> None:
    page = admin_browser.get(url(make_row("negative", key="invert"))).content.decode()
    assert "not checked since its last change" in page
    assert 'http-equiv="refresh"' not in page


def test_one_without_faults_passes_until_it_is_changed(admin_browser: Client) -> None:
    row = make_row("negative", key="invert")
    assert "No faults were found" in checked(admin_browser, row)
    row.configuration = {"another": 1}
    row.save()
    assert check_job.outcome(row) is None


def test_faults_are_listed_with_the_next_step(admin_browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(FAULTY))
    page = checked(admin_browser, make_row("floats", key="faulty-float-picture"))
    assert "Faults were found" in page
    assert "picture of float64 numbers" in page
    assert "Return uint8" in page


def test_while_it_runs_the_page_waits_and_starts_no_second_one(admin_browser: Client) -> None:
    row = make_row("negative", key="invert")
    with check_job.checking:
        assert admin_browser.post(url(row)).status_code == 302
        assert not check_job.start(row)
        page = admin_browser.get(url(row)).content.decode()
        assert 'http-equiv="refresh"' in page
        assert "The check runs" in page
    wait_until(lambda: not check_job.is_running(row), "the check ends", 60)


def test_only_those_who_may_change_it_may_check_it(stella: Any, bob: Any, browser: Browser) -> None:
    row = make_row("negative", key="invert")
    assert browser(stella).post(url(row)).status_code == 403
    assert browser(bob).post(url(row)).status_code in (302, 403)
    assert not check_job.is_running(row)
