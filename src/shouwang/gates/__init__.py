"""The one entrance of a closed compound: phones at the gate, shifts, permits, passages, and what the office sees of it.

A passage is decided by `rules.decide_passage` on the phone, with no network; what it sends is history and is kept, with
the server's own verdict beside it.
"""
