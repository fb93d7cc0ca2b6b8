"""Conditions in definitions: a small, closed part of SQL, so that a definition can filter facts and nothing else."""

from __future__ import annotations

import re
from collections.abc import Collection

TOKENS = re.compile(
    r"\s+|(?P<text>'(?:[^']|'')*')|(?P<number>\d+(?:\.\d+)?)|(?P<name>[a-z_][a-z0-9_]*)"
    r"|(?P<sign><=|>=|<>|=|<|>|\(|\)|,|\+|-)",
)
WORDS = frozenset({"and", "or", "not", "in", "is", "null", "true", "false", "between"})


def fault(condition: str, columns: Collection[str]) -> str | None:
    """What is wrong with a condition over `columns`, as a sentence; None when it may be used.

    Allowed are columns, texts in single quotes, numbers, comparison, + and -, brackets, and the words of `WORDS`:
    no functions, subselects, casts, comments or statements.
    """
    position, depth, before = 0, 0, ""
    while position < len(condition):
        found = TOKENS.match(condition, position)
        if found is None:
            return f"{condition[position]!r} at position {position + 1} has no place in a condition"
        position = found.end()
        token = found.group().strip()
        if not token:
            continue
        if found["name"] and token not in WORDS and token not in columns:
            return f"{token!r} is not a column of the dataset; it has {', '.join(sorted(columns))}"
        if token == "-" and before == "-":
            return "two minus signs would start a comment"
        if token == "(":
            if before in columns:
                return f"{before!r} is a column, not a function"
            depth += 1
        elif token == ")":
            depth -= 1
            if depth < 0:
                return "a bracket is closed that was not opened"
        before = token
    return "a bracket is not closed" if depth else None
