"""The numbers by which files are taken in. Each has a reason; none is hidden in code elsewhere."""

from __future__ import annotations

LONGEST_UPLOAD = 200 * 1024 * 1024
"""Bytes of a file sent through a page: a million residents as CSV are about 130 MB."""

LONGEST_WORKBOOK = 60 * 1024 * 1024
"""Bytes of an XLSX file; a workbook is held in memory while it is read, a CSV is not."""

MOST_UNPACKED = 1024 * 1024 * 1024
"""Bytes an XLSX may unpack to. A full sheet of 1,048,576 rows by 12 columns unpacks to about 600 MB."""

LONGEST_NAMES_PART = 4 * 1024 * 1024
"""Bytes of the two small parts of a workbook that name its sheets."""

EXACT_NUMBER = 10**15
"""Spreadsheets keep 15 digits of a number; from here on the last digits of an ID number are already lost."""

ROWS_A_BATCH = 5000
"""Rows handed to a loader at once: big enough for one statement each, small enough for steady memory."""

SECONDS_BETWEEN_PROGRESS = 0.5
"""How often the progress of a file is written down for the page that shows it."""

ROWS_BETWEEN_LOOKS = 200
"""Rows between two looks at the clock: looking at every row of a million would cost more than reading it."""

REFUSALS_REPORTED = 1000
"""Refused rows listed in a report; all of them are in the refused file."""

REFUSALS_SHOWN = 200
"""Refused rows kept for the page of a file."""

HOURS_WAITING = 24
"""How long an uploaded file waits after a trial run for somebody to take it in, before it is deleted."""

DAYS_KEPT = 14
"""How long the refused file and the record of a take-in are kept (retention class SHORT)."""

ROWS_TO_ANALYSE = 2000
"""A file with so many new rows makes the database look at its tables again: plans made for small tables do not hold."""
