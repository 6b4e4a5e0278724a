"""People, servers and the one allowed absence, for all tests.

Alice owns the site, Bob is a member, Charlie is a stranger: signed in, but with no right to anything.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.utils import translation

from tests.support.distribution import ByFileOrPiece, longest_first
from tests.support.processes import ROOT
from tests.support.redis_server import RedisServer
from tests.support.site import Site

MODELS_FOLDER = Path(os.environ.get("SHOWROOM_TEST_MODELS") or ROOT / "../shared/models").resolve()


@pytest.fixture(autouse=True)
def quick_settings(settings: Any) -> None:
    """Cheap password fingerprints, and static files as they are: nobody has collected them for a test."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture(autouse=True)
def first_language() -> Iterator[None]:
    """What one test's visitor reads must not be the language of the next test."""
    yield
    translation.deactivate()


@pytest.fixture
def alice(db: None) -> Any:
    """The owner: staff and superuser."""
    return get_user_model().objects.create_superuser("alice", "alice@example.org", "a long walk")


@pytest.fixture
def bob(db: None) -> Any:
    """A member with an ordinary account."""
    return get_user_model().objects.create_user("bob", "bob@example.org", "a short walk")


@pytest.fixture
def charlie(db: None) -> Any:
    """Another account, to be kept out of what is Alice's and Bob's."""
    return get_user_model().objects.create_user("charlie", "charlie@example.org", "no walk")


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def prepared_site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site that was started once and has people; copies of it start quickly."""
    site = Site(tmp_path_factory.mktemp("prepared"))
    with site:
        pass
    return site


@pytest.fixture(scope="session")
def models_folder() -> Path:
    """Real models, photos and recordings; the only thing that may be absent, and the summary says so."""
    if not MODELS_FOLDER.is_dir():
        pytest.skip(f"the folder of test models {MODELS_FOLDER} is absent")
    return MODELS_FOLDER


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = longest_first(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFileOrPiece | None:
    is_by_file = config.getoption("dist") == "loadfile"
    return ByFileOrPiece(config, log) if is_by_file else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not MODELS_FOLDER.is_dir():
        terminalreporter.write_line(
            f"No test models: {MODELS_FOLDER} is absent, so nothing was run with real models. "
            "SHOWROOM_TEST_MODELS names the folder.",
            yellow=True,
        )
