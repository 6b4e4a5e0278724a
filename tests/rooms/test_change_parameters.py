"""Parameters over the socket: the way for files, and for pages without a data channel."""

import base64
from collections.abc import Callable
from typing import Any

from processors.models import ParameterFile, Processor
from processors.visibility import Visibility

from .conftest import QuietEngine


async def test_accepted_values_come_back_with_their_number(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine
) -> None:
    page = await visit()
    opened = await page.is_live()
    reply = await page.asks(
        "session.parameters", session=opened["session"], number=3, values={"low": 20, "high": "x"}
    )
    assert (reply["type"], reply["number"], reply["values"]) == ("session.parameters", 3, {"low": 20})
    assert list(reply["errors"]) == ["high"]
    assert engine.of_type("parameters")[0]["values"] == {"low": 20}


async def test_a_file_is_named_by_the_page_and_given_to_the_worker(
    visit: Callable[..., Any], engine: QuietEngine, bob: Any, charlie: Any, transactional_db: None
) -> None:
    row = await Processor.objects.acreate(
        slug="style", key="style", title="Style", visibility=Visibility.EVERYONE
    )
    name = file_parameter(row)
    file = await ParameterFile.objects.acreate(
        user=bob, name="a.png", content_type="image/png", data=b"picture", processor=None
    )
    for user, accepted in ((bob, True), (charlie, False)):
        page = await visit(user)
        opened = await page.is_live("style")
        values = {name: {"file": str(file.pk)}}
        reply = await page.asks("session.parameters", session=opened["session"], number=1, values=values)
        assert reply["values"] == (values if accepted else {})
        assert bool(reply["errors"]) is not accepted
    sent = engine.of_type("parameters")[0]["values"][name]
    assert sent == {"name": "a.png", "type": "image/png", "data": base64.b64encode(b"picture").decode()}
    assert engine.of_type("parameters")[1]["values"] == {}


def file_parameter(row: Processor) -> str:
    return next(item["name"] for item in row.manifest()["parameters"] if item["type"] == "file")
