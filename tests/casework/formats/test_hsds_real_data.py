"""Real directories: dirty ones of two towns, and the official examples."""

import json
import time
from pathlib import Path

import pytest

from casework.formats.hsds import export_directory
from casework.providers import (
    DIRECTORY_MODELS,
    Address,
    Location,
    Organization,
    Phone,
    Schedule,
    Service,
    ServiceAtLocation,
    SpokenLanguage,
)
from tests.casework.formats.directories import bring_in, dump, said
from tests.casework.formats.test_hsds_export import contents, faults
from tests.timing import SOON

pytestmark = [pytest.mark.usefixtures("db"), pytest.mark.slow]

EXAMPLES = (
    "csv",
    "organization_full.json",
    "service_full.json",
    "service_list.json",
    "organization_list.json",
    "service_at_location_full.json",
    "location.json",
    "taxonomy_term_list.json",
    "tabular.json",
)


@pytest.fixture
def illinois(shared_data: Path) -> Path:
    return shared_data / "hsds/data/ilao-hsds11"


@pytest.fixture
def ohana(shared_data: Path) -> Path:
    return shared_data / "hsds/data/ohana-sample"


def test_illinois_comes_in_with_its_faults_by_line(illinois):
    started = time.process_time()
    report = bring_in(illinois)
    assert time.process_time() - started < SOON
    counts = (Service.select().count(), Location.select().count(), Phone.select().count())
    assert counts == (429, 520, 963)
    assert (Schedule.select().count(), Address.select().count()) == (1827, 33)
    assert Organization.select().where(Organization.active).count() == 33
    assert Service.offered().count() == 89
    dropped = said(report, "dropped")
    assert ("services.csv", 651) in {(file, place) for file, place, _ in dropped}
    assert len(dropped) == report.total("dropped") == 1 + 19 + 665
    assert Phone.get(Phone.extension == "715").number == "312-346-9766"


def test_ohana_comes_in_with_nothing_dropped(ohana):
    report = bring_in(ohana)
    assert report.total("dropped") == 0
    found = {model.__name__: model.select().count() for model in DIRECTORY_MODELS}
    assert found | {"DirectoryRecord": 0} == {
        "Organization": 8,
        "Service": 23,
        "Location": 22,
        "ServiceAtLocation": 23,
        "Contact": 31,
        "Phone": 54,
        "Address": 42,
        "Schedule": 15,
        "SpokenLanguage": 32,
        "DirectoryRecord": 0,
    }
    assert SpokenLanguage.select().where(SpokenLanguage.code == "es").count() > 10
    assert ServiceAtLocation.select().where(ServiceAtLocation.service == Service.get()).exists()


@pytest.mark.parametrize("name", ["ilao-hsds11", "ohana-sample"])
def test_a_second_run_of_real_data_changes_nothing(shared_data, name):
    folder = shared_data / "hsds/data" / name
    bring_in(folder)
    before = dump()
    report = bring_in(folder)
    assert dump() == before
    assert not report.changed
    for figures in report.tables.values():
        assert figures["read"] == figures["unchanged"] + figures["dropped"]


@pytest.mark.parametrize(
    "name", ["data/ilao-hsds11", "data/ohana-sample", *(f"schema/examples/{n}" for n in EXAMPLES)]
)
def test_real_data_leave_valid_and_survive_the_way_out_and_in_again(shared_data, tmp_path, name):
    bring_in(shared_data / "hsds" / name)
    export_directory(tmp_path / "a")
    first = contents(tmp_path / "a")
    official = json.loads((shared_data / "hsds/schema/datapackage.json").read_text())
    assert faults(tmp_path / "a", official) == []
    before = dump()
    assert not bring_in(tmp_path / "a").changed
    assert dump() == before
    for model in reversed(DIRECTORY_MODELS):
        model.delete().execute()
    bring_in(tmp_path / "a")
    export_directory(tmp_path / "b")
    assert contents(tmp_path / "b") == first


def test_two_sources_live_side_by_side(shared_data, ohana):
    bring_in(ohana)
    before = dump()
    bring_in(shared_data / "hsds/schema/examples/csv")
    after = dump()
    assert all(set(before[table]) <= set(after[table]) for table in before)
    assert not bring_in(ohana).changed
