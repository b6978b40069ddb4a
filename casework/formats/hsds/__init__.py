"""The directory as others exchange it: Open Referral HSDS in tables and JSON, and Ohana's CSV.

    report = import_directory(Path("ilao"), by=staff, at=now)
    print("\n".join(report.lines("de")))

What is read, mended, dropped and kept is told in docs/directory.md.
"""

from casework.formats.hsds.exporting import ExportRefused, export_directory
from casework.formats.hsds.importing import import_directory
from casework.formats.hsds.mapping import foreign_columns
from casework.formats.hsds.report import Remark, Report
from casework.formats.hsds.sources import DirectoryRefused

__all__ = [
    "DirectoryRefused",
    "ExportRefused",
    "Remark",
    "Report",
    "export_directory",
    "foreign_columns",
    "import_directory",
]
