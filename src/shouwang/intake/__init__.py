"""Files taken in row by row: bad rows are refused one by one with a reason and nothing else is lost.

Main words: kind (columns and what a row becomes), take-in (one file), refused row.
Start reading at kinds.py.
"""
