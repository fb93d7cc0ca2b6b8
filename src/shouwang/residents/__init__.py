"""The people, always reached through an area: households, dwellings, needs; identity encrypted and masked.

Main words: person, household, residence (dated), need, reveal (one identity shown for a logged reason).
Start reading at queries.py. A row comes in by rules.py → reading.py → storing.py; sealing.py and key_ring.py keep its
identity, rotation.py changes the keys; panels.py is how upper rooms put their part on the person page.
"""
