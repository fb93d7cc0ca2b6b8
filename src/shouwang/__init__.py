"""Shouwang (守望): outbreak control run by a city through its communities.

One idea: facts in, decisions and figures out. Start with ARCHITECTURE.md, then the docstring of the room you need.
"""

__version__ = "0.1.0"
