"""Health evidence as facts: what happened to whom, when, told by which source; never edited, only superseded.

Main words: event (a recorded fact), evidence (an event with what ended it), follow-up.
Start reading at rules.py, then actions.py.
"""
