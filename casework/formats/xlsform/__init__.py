"""XLSForm files: read into a definition with a report of every problem, and written back.

`read_xlsform(data)` and `write_xlsform(definition)`; what a file read and written again gives
is the same definition.
"""

from casework.formats.xlsform.reading import Reading, read_xlsform
from casework.formats.xlsform.workbooks import WorkbookRefused
from casework.formats.xlsform.writing import write_xlsform

__all__ = ["Reading", "WorkbookRefused", "read_xlsform", "write_xlsform"]
