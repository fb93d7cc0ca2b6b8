"""The tree of places: city, district, street, community or village, compound, building, unit.

Main words: area, path (codes from the root down), closure, entrance, succession (dated merges, splits and moves).
Start reading at models.py, then actions.py.
"""
