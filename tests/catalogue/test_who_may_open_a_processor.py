"""Every visibility against every kind of visitor, through the one function that page, socket and API use."""

from typing import Any

import pytest

from processors import access
from processors.models import Processor

OPENS, MISSING, REFUSED, SIGN_IN = "opens", "not found", "not allowed", "sign in"

MATRIX = {
    #            guest     member    staff
    "draft": (MISSING, MISSING, OPENS),
    "staff": (SIGN_IN, REFUSED, OPENS),
    "members": (SIGN_IN, OPENS, OPENS),
    "everyone": (OPENS, OPENS, OPENS),
}
CASES = [
    (visibility, who, expected)
    for visibility, row in MATRIX.items()
    for who, expected in zip(("guest", "bob", "stella"), row, strict=True)
]


def outcome(user: Any, slug: str) -> str:
    try:
        return OPENS if access.get_for(user, slug).slug == slug else "another row"
    except access.ProcessorNotFound:
        return MISSING
    except access.SignInRequired:
        return SIGN_IN
    except access.NotAllowed:
        return REFUSED


@pytest.mark.parametrize(("visibility", "who", "expected"), CASES)
def test_the_matrix(
    visibility: str,
    who: str,
    expected: str,
    rows: Any,
    guests_welcome: None,
    request: pytest.FixtureRequest,
) -> None:
    assert outcome(request.getfixturevalue(who), visibility) == expected


@pytest.mark.parametrize("slug", ["everyone", "members", "draft", "no-such-row"])
def test_without_guests_a_visitor_learns_nothing(slug: str, rows: Any, guest: Any, settings: Any) -> None:
    settings.GUESTS_ALLOWED = False
    assert outcome(guest, slug) == SIGN_IN
    assert not Processor.objects.for_gallery(guest)


def test_a_disabled_account_counts_as_a_guest(rows: Any, bob: Any, settings: Any) -> None:
    settings.GUESTS_ALLOWED = False
    bob.is_active = False
    assert outcome(bob, "everyone") == SIGN_IN


@pytest.mark.parametrize("who", ["guest", "bob", "alice"])
def test_what_is_retired_is_gone_for_all(
    who: str, row: Processor, guests_welcome: None, request: pytest.FixtureRequest
) -> None:
    row.retire()
    assert outcome(request.getfixturevalue(who), row.slug) == MISSING


def test_refusals_carry_their_codes() -> None:
    codes = {kind: (kind("").code, kind("").status, kind("").close_code) for kind in access_refusals()}
    assert codes == {
        access.ProcessorNotFound: ("not_found", 404, 4403),
        access.NotAllowed: ("not_allowed", 403, 4403),
        access.SignInRequired: ("not_allowed", 401, 4401),
    }


def access_refusals() -> list[type[access.AccessRefused]]:
    return [access.ProcessorNotFound, access.NotAllowed, access.SignInRequired]


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("guest", {"everyone"}),
        ("bob", {"everyone", "members"}),
        ("stella", {"everyone", "members", "staff"}),
    ],
)
def test_the_gallery_shows_what_is_published_for_the_visitor(
    who: str, expected: set[str], rows: Any, guests_welcome: None, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(who)
    assert {row.slug for row in Processor.objects.for_gallery(user)} == expected


def test_staff_may_open_drafts_that_hang_in_no_gallery(rows: Any, stella: Any) -> None:
    assert {row.slug for row in Processor.objects.visible_to(stella)} == set(MATRIX)
