from io import StringIO

from django.core.management import call_command

from processors import catalogue, texts
from processors.models import Processor
from processors.seeds import SEEDS, TAGS
from processors.sync import sync_builtins
from processors.tags import split
from processors.text_list import builtin_texts

from .conftest import make_row

TASKS_FROM_THE_START = {"object-detection", "style-transfer", "pictogram"}


def test_every_builtin_becomes_a_row_for_everyone(db: None) -> None:
    sync_builtins()
    rows = {row.key: row for row in Processor.objects.all()}
    assert set(rows) == set(catalogue.BUILTINS) | TASKS_FROM_THE_START
    assert {row.visibility for row in rows.values()} == {"everyone"}
    assert all(row.title and row.description and row.tags for row in rows.values())


def test_the_command_names_what_is_new_once(db: None) -> None:
    first, second = StringIO(), StringIO()
    call_command("syncbuiltins", stdout=first)
    call_command("syncbuiltins", stdout=second)
    assert "/p/passthrough/" in first.getvalue()
    assert second.getvalue() == ""


def test_an_edited_row_stays_as_the_admin_left_it(db: None) -> None:
    sync_builtins()
    row = Processor.objects.get(slug="passthrough")
    row.title, row.slug, row.order = "As it is", "as-it-is", 1
    row.retire()
    assert sync_builtins() == []
    row.refresh_from_db()
    assert (row.title, row.slug, row.order, row.is_retired) == ("As it is", "as-it-is", 1, True)


def test_an_address_that_an_admin_took_is_left_to_him(db: None) -> None:
    mine = make_row("passthrough", title="Mine")
    sync_builtins()
    assert Processor.objects.get(seed="passthrough").slug == "passthrough-2"
    mine.refresh_from_db()
    assert mine.title == "Mine"


def test_every_seed_is_a_builtin_and_every_builtin_is_described() -> None:
    assert {seed.key for seed in SEEDS} == set(catalogue.BUILTINS) | TASKS_FROM_THE_START


def test_a_site_from_before_gets_what_needs_a_model_beside_its_own_rows(db: None) -> None:
    sync_builtins()
    Processor.objects.filter(key__in=TASKS_FROM_THE_START).delete()
    before = list(Processor.objects.order_by("pk").values())
    assert {row.key for row in sync_builtins()} == TASKS_FROM_THE_START
    assert list(Processor.objects.exclude(key__in=TASKS_FROM_THE_START).order_by("pk").values()) == before


def test_every_tag_of_a_seed_can_be_translated() -> None:
    assert {tag for seed in SEEDS for tag in split(seed.tags)} == set(TAGS)


def test_every_text_of_a_builtin_can_be_translated() -> None:
    assert list(texts.TEXTS) == builtin_texts(), "Run `manage.py listtexts` and commit processors/texts.py."


def test_a_manifest_is_in_the_language_of_the_request(db: None, german: None) -> None:
    sync_builtins()
    manifest = Processor.objects.get(key="passthrough").manifest()
    assert (manifest["title"], manifest["label"]) == ("Durchgang", "Durchgang")
