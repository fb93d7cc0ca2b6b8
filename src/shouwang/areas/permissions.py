"""Which roles may do what to places. The table of powers stands above this room (command); a test holds these to it."""

from __future__ import annotations

CLOSERS = ("city_officer", "district_officer", "street_officer", "community_officer")
"""Roles that close and open compounds and their entrances, inside the area of their post."""

VIEWERS = (*CLOSERS, "health_desk", "inspector", "observer", "administrator", "gate_guard")
"""Roles that see how a compound is closed. The guard at the gate must know which entrance is the open one."""
