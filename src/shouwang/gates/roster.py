"""The roster of a gate: who lives behind it, for those who come without a phone.

One short line a person: their row, where they live, the masked name, their place in the list of the day, the household.
No ID numbers, no phones, no references, not even hashed; about fifteen kilobytes for a thousand people.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from shouwang.codes import holders, indexes
from shouwang.gates.models import Gate
from shouwang.residents import queries as residents


def composed(gate: Gate, issued: datetime, expires: datetime) -> dict[str, Any]:
    """The roster of a gate as it is signed."""
    people = residents.masked_of_compound(gate.area_path)
    list_number = indexes.day_list(issued)
    places = holders.places_of([person.id for person in people], list_number) if people else {}
    return {
        "gate": str(gate.pk),
        "compound": gate.area.code,
        "issued_at": issued.isoformat(),
        "expires_at": expires.isoformat(),
        "list": list_number,
        "people": [
            [person.id, person.dwelling, person.name, places[person.id], person.household, 0] for person in people
        ],
    }
