from typing import Any

from django.test import Client
from django.urls import reverse

from processors.models import Processor

ADD = reverse("admin:processors_processor_add")
NEW = {
    "title": "My hall",
    "slug": "my-hall",
    "key": "passthrough",
    "description": "",
    "tags": "Halls, vision",
    "visibility": "draft",
    "session_limit": 0,
    "order": 5,
}


def test_an_admin_creates_a_draft_and_goes_on_to_its_parameters(admin_browser: Client) -> None:
    response = admin_browser.post(ADD, NEW, follow=True)
    row = Processor.objects.get(slug="my-hall")
    assert response.redirect_chain[-1][0] == reverse("admin:processors_processor_change", args=[row.pk])
    assert (row.visibility, row.tag_list, row.version) == ("draft", ["halls", "vision"], 1)


def test_a_row_needs_a_title_an_address_and_a_class(admin_browser: Client) -> None:
    response = admin_browser.post(ADD, {})
    errors = response.context["adminform"].form.errors
    assert {"title", "slug", "key"} <= errors.keys()
    assert not Processor.objects.exists()


def test_two_rows_may_offer_one_class(admin_browser: Client) -> None:
    admin_browser.post(ADD, NEW)
    admin_browser.post(ADD, {**NEW, "slug": "your-hall", "title": "Your hall"})
    assert Processor.objects.filter(key="passthrough").count() == 2


def test_the_list_shows_searches_and_filters(admin_browser: Client) -> None:
    admin_browser.post(ADD, NEW)
    url = reverse("admin:processors_processor_changelist")
    for query, expected in [
        ({}, True),
        ({"q": "hall"}, True),
        ({"q": "zebra"}, False),
        ({"tag": "halls"}, True),
    ]:
        found = b'value="5"' in admin_browser.get(url, query).content
        assert found == expected, query


def test_a_member_cannot_create(bob: Any, browser: Any) -> None:
    assert browser(bob).post(ADD, NEW).status_code in (302, 403)
    assert not Processor.objects.exists()
