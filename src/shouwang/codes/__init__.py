"""The health code: a colour that is always the result of a dated rule over recorded evidence.

Main words: colour, decision, status row. Nothing here or elsewhere sets a colour.
Start reading at rules.py.
"""
