"""One slow function in plain Python for each measure, written from the sentence that says what it counts.

A twin answers the value for one place (by its path) on one day over a `World`. No SQL, nothing of the engine: only the
pure rules of the health room, which say what evidence is open and who is followed at home.
"""

from . import twins_of_people, twins_of_places
from .twinning import TWINS

__all__ = ["TWINS", "twins_of_people", "twins_of_places"]
