"""What the documents take from the code: tables, diagrams, pictures, and the marked places they are put into.

`docs/generate.py` (`make docs`) runs all of it. Start reading in blocks.py.
"""
