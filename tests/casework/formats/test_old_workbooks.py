"""Old .xls files: read like others, and refused where they would fill the memory."""

from __future__ import annotations

import resource
import subprocess
import sys
import time

import pytest

from casework.formats.xlsform import WorkbookRefused, apart, workbooks
from casework.formats.xlsform.workbooks import open_sheets
from tests.casework.formats.old_workbooks import old_workbook
from tests.timing import SOON

MEGABYTE = 1024 * 1024
HOSTILE = {
    "a cell at the far end": old_workbook([(0, 0, 1.0), (65535, 255, 1.0)]),
    "a size that no memory has": old_workbook([(0, 0, 1.0)], rows=0xFFFFFFF, columns=0xFFFF),
    "a few MB with a cell at the far end": old_workbook(
        [(row % 65536, 255 * (row // 65536), 1.0) for row in range(120_000)], rows=65536
    ),
}

PEAK_OF_THE_READER = """
import resource, subprocess, sys
subprocess.run([sys.executable, "-I", sys.argv[1]], stdin=sys.stdin, stdout=subprocess.DEVNULL,
               stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def test_an_old_workbook_is_read_like_a_new_one():
    data = old_workbook([(0, 0, "type"), (0, 1, "name"), (1, 0, "text"), (1, 1, 3.0)])
    assert open_sheets(data) == {"survey": [["type", "name"], ["text", "3"]]}


def test_letters_of_every_script_arrive():
    data = old_workbook([(0, 0, "أحتاج"), (1, 0, "ትግርኛ")])
    assert open_sheets(data) == {"survey": [["أحتاج"], ["ትግርኛ"]]}


def test_a_sheet_with_too_many_rows_is_refused_by_name():
    data = old_workbook([(row, 0, 1.0) for row in range(workbooks.MAX_ROWS + 2)])
    with pytest.raises(WorkbookRefused) as refused:
        open_sheets(data)
    assert "“survey”" in refused.value.text("en")
    assert str(workbooks.MAX_ROWS) in refused.value.text("en")


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_a_huge_sheet_is_refused_soon_and_costs_this_process_no_memory(data):
    assert len(data) < workbooks.MAX_FILE
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    with pytest.raises(WorkbookRefused):
        open_sheets(data)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown * 1024 < 40 * MEGABYTE
    # Of the child's own time: how long a busy machine lets it wait says nothing.
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - used < 5


def test_the_process_that_reads_stays_small():
    data = HOSTILE["a cell at the far end"]
    # A process in between, which has no other children: ours may have had a browser.
    measured = subprocess.run(
        [sys.executable, "-c", PEAK_OF_THE_READER, apart.__file__],
        input=data, capture_output=True, check=True,
    )  # fmt: skip
    assert 1 < int(measured.stdout) / 1024 < 600


@pytest.mark.parametrize("cut", [8, 100, 600, 2000, 4000])
def test_a_file_that_breaks_off_is_refused(cut):
    data = old_workbook([(0, 0, "type")])
    with pytest.raises(WorkbookRefused):
        open_sheets(data[:cut])


def test_a_reader_that_does_not_come_to_an_end_is_stopped(monkeypatch):
    monkeypatch.setattr(workbooks, "APART_SECONDS", 0.001)
    started = time.monotonic()
    with pytest.raises(WorkbookRefused):
        open_sheets(old_workbook([(0, 0, "type")]))
    assert time.monotonic() - started < SOON
