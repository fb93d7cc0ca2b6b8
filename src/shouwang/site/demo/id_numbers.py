"""ID numbers and phones of people who do not exist: valid in form, never twice in one city, made without a register.

A number is a birthplace, a birth date, a sequence and a check digit (GB 11643-1999). Birthplaces are held to the codes
that python-stdnum knows for the year: the districts of Wuhan have codes of their own since 1983 only, so older people
were born somewhere in Hubei.
"""

from __future__ import annotations

from datetime import date, timedelta

REFERENCE = date(2020, 1, 1)
"""The day on which ages are counted."""
LONGEST = 101 * 366
_DATES = [REFERENCE - timedelta(days=age) for age in range(LONGEST)]
DASHED = [day.isoformat() for day in _DATES]
"""Birth date by age in days on the reference day."""
COMPACT = [text.replace("-", "") for text in DASHED]

TOWN_DISTRICTS_SINCE = (REFERENCE - date(1983, 1, 1)).days
"""People of at most this age in days were born when Wuhan's districts had codes."""
WUHAN = ("420102", "420103", "420104", "420105", "420106", "420107", "420111", "420112", "420100", "420101")
_HUBEI = (
    "420100 420120 420121 420122 420200 420220 420221 420300 420400 420500 420600 422100 422121 422122 422123 422124 "
    "422125 422126 422127 422128 422129 422130 422131 422200 422221 422222 422223 422224 422225 422226 422227 422228 "
    "422300 422321 422322 422323 422324 422325 422326 422327 422400 422421 422422 422423 422424 422425 422426 422427 "
    "422428 422429 422430 422431 422432 422500 422501 422502 422521 422522 422523 422524 422525 422526 422527 422528 "
    "422600 422621 422622 422623 422624 422625 422626 422627 422700 422721 422722 422723 422724 422725 422726 422727 "
    "422728 422729 422800 422821 422822 422823 422824 422825 422826 422827 422828 422900 422921 429001 429021"
)
HUBEI = tuple(_HUBEI.split())
"""Counties whose codes held before 1983."""
ROOM = 5
"""Sequence numbers that a compound has for people of one sex born on one day; more are born on another day."""
MOST_COMPOUNDS = min(len(WUHAN) * 100 * 10, len(HUBEI) * 100)
"""So many compounds can have numbers of their own (9,060 are needed)."""


class IdNumbers:
    """The ID numbers of one compound, which no other compound shares. Ask for each person once, in order."""

    def __init__(self, number: int) -> None:
        if number >= MOST_COMPOUNDS:
            raise ValueError(f"there are ID numbers for {MOST_COMPOUNDS} compounds, not for number {number}")
        self.weekday = number // 1000
        self.young = (WUHAN[number % 10], number // 10 % 100 * ROOM)
        self.old = (HUBEI[number % len(HUBEI)], number // len(HUBEI) * ROOM)
        self.born: dict[int, int] = {}

    def give(self, is_male: bool, age: int) -> tuple[str, int]:
        """An ID number and the age in days it says: the one asked for, or a few days more."""
        while True:
            if age <= TOWN_DISTRICTS_SINCE:
                # Young people's places of birth are few, so each thousand of compounds has its own tenth of the days.
                age += (self.weekday - age) % 10
            place, start = self.young if age <= TOWN_DISTRICTS_SINCE else self.old
            key = age * 2 + is_male
            taken = self.born.get(key, 0)
            if taken < ROOM:
                break
            age += 1
        self.born[key] = taken + 1
        body = f"{place}{COMPACT[age]}{(start + taken) * 2 + is_male:03d}"
        check = (1 - 2 * int(body, 13)) % 11
        return body + ("X" if check == 10 else str(check)), age


def phone(resident: int) -> str:
    """A mobile number in the 199 range for the city's n-th resident; different for each of 10⁸."""
    return f"199{(resident + 17) * 48_271_309 % 100_000_000:08d}"
