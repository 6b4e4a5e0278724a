import platform
import subprocess
import sys
from importlib.metadata import distributions, version

import pytest
from django.test import Client

from accounts.about import about_facts, first_line
from config.version import VERSION

pytestmark = pytest.mark.django_db


def test_it_names_the_versions_that_run(client: Client) -> None:
    page = client.get("/about/").content.decode()
    for expected in (VERSION, platform.python_version(), version("Django"), version("aiortc"), version("av")):
        assert expected in page


def test_it_lists_every_installed_package_with_its_licence(client: Client) -> None:
    page = client.get("/about/").content.decode()
    for distribution in distributions():
        assert distribution.metadata["Name"] in page
    licences = {part.name.lower(): part.licence for part in about_facts().installed}
    assert "BSD" in licences["django"]
    assert "BSD" in licences["aiortc"]
    assert "MIT" in licences["django-allauth"]


def test_it_lists_the_files_from_elsewhere(client: Client) -> None:
    names = {part.name: part.licence for part in about_facts().vendored}
    assert names["uplot"] == "MIT"
    assert "uplot" in client.get("/about/").content.decode()


def test_it_does_not_load_the_media_engine_to_name_its_version() -> None:
    code = (
        "import os, sys, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings'; django.setup();"
        "from accounts.about import about_facts; about_facts();"
        "sys.exit('aiortc' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_licence_that_is_a_whole_text_is_named_by_its_first_line() -> None:
    assert first_line("MIT License\n\nCopyright (c) somebody") == "MIT License"
    assert len(first_line("x" * 500)) == 60
