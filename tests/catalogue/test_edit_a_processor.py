"""The admin's page of a row."""

import io
import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.fields.files import FieldFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from processors import access, catalogue
from processors.models import Processor

from .conftest import make_row, png


def page(row: Processor) -> str:
    return reverse("admin:processors_processor_change", args=[row.pk])


def form_of(client: Client, row: Processor) -> dict[str, Any]:
    """What a browser would send if the admin changed nothing."""
    form = client.get(page(row)).context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if is_sent(value)}


def is_sent(value: Any) -> bool:
    """Browsers send neither empty boxes nor the file that is already there."""
    return value is not None and value is not False and not isinstance(value, FieldFile | dict)


def save(client: Client, row: Processor, **changes: Any) -> Any:
    return client.post(page(row), {**form_of(client, row), **changes}, follow=True)


def test_a_change_is_obeyed_by_the_next_session(admin_browser: Client, row: Processor, bob: Any) -> None:
    before = access.get_for(bob, "hall").spec()
    save(admin_browser, row, title="Great hall", configuration='{"size": 3}')
    after = access.get_for(bob, "hall").spec()
    assert (after["title"], after["configuration"]) == ("Great hall", {"size": 3})
    assert after["version"] == before["version"] + 1


def test_a_change_that_no_session_notices_keeps_the_version(admin_browser: Client, row: Processor) -> None:
    save(admin_browser, row, order=3, description="Better words.", visibility="members")
    row.refresh_from_db()
    assert (row.order, row.visibility, row.version) == (3, "members", 1)


def test_saving_without_a_change_changes_nothing(admin_browser: Client, row: Processor) -> None:
    save(admin_browser, row)
    again = Processor.objects.get(pk=row.pk)
    assert (again.version, again.parameters, again.constraints) == (1, {}, {})


def test_configuration_must_be_names_and_values(admin_browser: Client, row: Processor) -> None:
    response = save(admin_browser, row, configuration="[1, 2]")
    assert "Write names and values in braces" in response.content.decode()


def test_an_unknown_class_is_refused(admin_browser: Client, row: Processor) -> None:
    save(admin_browser, row, key="os.system")
    row.refresh_from_db()
    assert row.key == "passthrough"


def test_a_row_whose_package_is_gone_can_still_be_edited(admin_browser: Client) -> None:
    row = make_row("gone", key="uninstalled", parameters={"size": 2}, visibility="staff")
    response = admin_browser.get(page(row))
    assert "cannot be loaded here" in response.content.decode()
    save(admin_browser, row, title="Gone for now")
    row.refresh_from_db()
    assert (row.title, row.key, row.parameters) == ("Gone for now", "uninstalled", {"size": 2})


def test_devices_are_wishes_over_those_of_the_class(admin_browser: Client, row: Processor) -> None:
    save(admin_browser, row, camera_width=1280, camera_height=720, camera_facing="environment")
    row.refresh_from_db()
    video = row.manifest()["constraints"]["video"]
    assert video["width"] == {"ideal": 1280}
    assert video["facingMode"] == {"ideal": "environment"}
    assert video["frameRate"] == {"ideal": 30}
    save(admin_browser, row, camera_width="", camera_height="", camera_facing="")
    row.refresh_from_db()
    assert row.constraints == {}


def test_a_width_that_no_camera_has_is_refused(admin_browser: Client, row: Processor) -> None:
    assert "1920" in save(admin_browser, row, camera_width=99999).content.decode()


def test_a_picture_becomes_a_small_thumbnail(
    admin_browser: Client, row: Processor, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    save(admin_browser, row, thumbnail=SimpleUploadedFile("hall.png", png(800, 800), "image/png"))
    row.refresh_from_db()
    response = admin_browser.get(row.thumbnail_url)
    shown = Image.open(io.BytesIO(b"".join(response.streaming_content)))  # type: ignore[attr-defined]
    assert (shown.format, shown.size) == ("JPEG", (640, 360))
    assert row.still_url == row.thumbnail_url

    row.thumbnail.storage.delete(row.thumbnail.name)
    assert admin_browser.get(row.thumbnail_url).status_code == 404, "the file was lost, the row was not"


def test_a_replaced_picture_leaves_nothing_behind(
    admin_browser: Client,
    row: Processor,
    settings: Any,
    tmp_path: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:
    settings.MEDIA_ROOT = tmp_path
    for width in (400, 800):
        with django_capture_on_commit_callbacks(execute=True):
            save(admin_browser, row, thumbnail=SimpleUploadedFile("a.png", png(width, 800), "image/png"))
    assert len(list((tmp_path / "thumbnails").iterdir())) == 1
    with django_capture_on_commit_callbacks(execute=True):
        save(admin_browser, row, **{"thumbnail-clear": "on"})
    assert not list((tmp_path / "thumbnails").iterdir())


@pytest.mark.parametrize("content", [b"<svg onload=alert(1)>", b"GIF89a", b""])
def test_what_is_no_picture_is_refused(content: bytes, admin_browser: Client, row: Processor) -> None:
    upload = SimpleUploadedFile("hall.png", content, "image/png")
    response = save(admin_browser, row, thumbnail=upload)
    assert "errornote" in response.content.decode()
    row.refresh_from_db()
    assert not row.thumbnail


def test_an_address_can_be_given_once(admin_browser: Client, row: Processor) -> None:
    other = make_row("other")
    assert "already exists" in save(admin_browser, other, slug="hall").content.decode()


def test_staff_without_the_right_cannot_edit(row: Processor, stella: Any, browser: Any) -> None:
    assert browser(stella).get(page(row)).status_code == 403


def test_staff_with_the_right_to_view_sees_and_cannot_save(row: Processor, stella: Any, browser: Any) -> None:
    stella.user_permissions.add(Permission.objects.get(codename="view_processor"))
    row.parameters = {"size": 4711}
    row.save()
    html = browser(stella).get(page(row)).content.decode()
    assert "4711" in html
    assert 'name="_save"' not in html
    assert browser(stella).post(page(row), {"title": "Mine"}).status_code == 403


def test_a_member_is_sent_to_sign_in(row: Processor, bob: Any, browser: Any) -> None:
    assert browser(bob).get(page(row)).status_code in (302, 403)


def test_the_page_opens_for_every_builtin(admin_browser: Client, db: None) -> None:
    for key in catalogue.BUILTINS:
        response = admin_browser.get(page(make_row(key, key=key)))
        assert response.status_code == 200, key


def test_the_page_has_no_inline_script_or_style(admin_browser: Client, row: Processor) -> None:
    html = admin_browser.get(page(row)).content.decode()
    assert "<style" not in html
    assert " style=" not in html
    assert "onclick=" not in html
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)
