"""From nothing to a package that is installed, tested, checked and tried: the steps of its README, for real."""

import json
import subprocess
from pathlib import Path

import pytest

from processors.assets import SAMPLES
from processors.packages.names import NameRefused, checked_name
from processors.packages.template import FolderInTheWay, write_package
from tests.support.processes import ROOT, program

from .conftest import SECONDS, plain_environment

NAME = "our-moves"


@pytest.fixture(scope="module")
def package(manage, environment, tmp_path_factory) -> Path:
    """Written by ``processors new`` and installed as its README says, without an index."""
    folder = tmp_path_factory.mktemp("authors")
    done = manage("new", NAME, "--to", str(folder))
    assert done.returncode == 0, done.stderr
    uv = program("uv", str(ROOT / "var" / "uv" / "bin" / "uv"))
    install = [uv, "pip", "install", "--offline", "--no-deps", "--python", str(python_of(environment))]
    subprocess.run([*install, "-e", str(folder / NAME)], check=True, timeout=SECONDS)
    return folder / NAME


def python_of(environment: Path) -> Path:
    return environment / "bin" / "python"


def pytest_in(folder: Path, package: Path, environment: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(python_of(environment)), "-m", "pytest", "-q", "-p", "no:cacheprovider", str(package)],
        cwd=folder,
        env=plain_environment(),
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )


def test_its_own_tests_pass_in_the_folder_of_the_site(package, environment):
    done = pytest_in(ROOT, package, environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 passed" in done.stdout


def test_elsewhere_its_tests_say_where_to_go(package, environment):
    done = pytest_in(package, package, environment)
    assert done.returncode != 0
    assert "Go to its checkout" in done.stdout + done.stderr


def test_it_is_listed_with_its_package(package, manage, environment):
    done = manage("list", "--json", python=str(python_of(environment)))
    assert done.returncode == 0, done.stderr
    (entry,) = [entry for entry in json.loads(done.stdout) if entry["key"] == NAME]
    assert entry["source"] == "our-moves 0.1.0"
    assert entry["label"] == "Our moves"
    assert entry["available"]


def test_check_finds_no_fault_in_it_and_takes_it_without_being_told(package, manage, environment):
    done = manage("check", "--json", python=str(python_of(environment)))
    assert done.returncode == 0, done.stdout + done.stderr
    (report,) = json.loads(done.stdout)
    assert (report["key"], report["passed"]) == (NAME, True)
    assert {finding["level"] for finding in report["findings"]} == {"good"}


def test_try_prints_what_it_finds_in_a_photo(package, manage, environment):
    photo = str(SAMPLES / "portrait.jpg")
    done = manage("try", NAME, "--camera", photo, "--json", python=str(python_of(environment)))
    assert done.returncode == 0, done.stderr
    assert [json.loads(line) for line in done.stdout.splitlines()] == [{"time": 0.0, "data": {"share": 0.0}}]


def test_a_folder_with_something_in_it_is_not_written_over(tmp_path):
    write_package(NAME, tmp_path)
    with pytest.raises(FolderInTheWay, match="--to"):
        write_package(NAME, tmp_path)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Our Edges!", "'our-edges' would do"),
        ("-x", "small letters"),
        ("a" * 41, "40 characters"),
        ("../away", "small letters"),
        ("", "for example 'our-edges'"),
        ("edges", "a processor with this key.*'our-edges'"),
        ("rooms", "Showroom itself"),
        ("class", "a word of Python"),
        ("json", "a word of Python"),
        ("numpy", "is installed here"),
    ],
)
def test_a_name_that_cannot_be_is_refused_with_one_that_can(name, words):
    with pytest.raises(NameRefused, match=words):
        checked_name(name)
