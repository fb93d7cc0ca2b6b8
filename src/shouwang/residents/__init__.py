"""The people, always reached through an area: households, dwellings, needs; identity encrypted and masked.

Main words: person, household, residence (dated), need, reveal (one identity shown for a logged reason).
Start reading at queries.py.
"""
