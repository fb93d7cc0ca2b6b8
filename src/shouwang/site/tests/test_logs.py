"""What is logged, and what never is."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from django.db import IntegrityError
from django.test import Client

from shouwang.site import logs


@pytest.fixture(autouse=True)
def _put_back() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers = handlers
    root.setLevel(level)
    structlog.contextvars.clear_contextvars()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    """The JSON lines that were written."""
    return [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]


def test_a_request_is_one_line_without_its_address(capsys: pytest.CaptureFixture[str]) -> None:
    """Page, method, status, time and id are said; the search words in the address are not."""
    logs.configure("json")
    answer = Client().get("/nowhere/张三/?q=13800138000", headers={"X-Request-ID": "proxy-42-abcdef"})
    said = [line for line in lines(capsys) if line["logger"] == "shouwang.request"]
    assert len(said) == 1
    assert said[0]["request_id"] == answer["X-Request-ID"] == "proxy-42-abcdef"
    assert (said[0]["method"], said[0]["page"], said[0]["status"]) == ("GET", "no such page", answer.status_code)
    assert not {"13800138000", "张三"} & set(json.dumps(said, ensure_ascii=False).split())
    assert "nowhere" not in json.dumps(said)


def test_an_id_that_is_no_id_is_replaced() -> None:
    """A header from outside cannot write lines of its own into the log."""
    answer = Client().get("/healthz", headers={"X-Request-ID": "x\nforged line"})
    assert logs.REQUEST_ID.fullmatch(answer["X-Request-ID"])
    assert "forged" not in answer["X-Request-ID"]


def test_rows_in_errors_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    """PostgreSQL repeats the row that offends; the log does not."""
    logs.configure("json")
    message = "duplicate key value\nDETAIL:  Key (name)=(张三) already exists.\n"
    try:
        raise IntegrityError(message)
    except IntegrityError:
        structlog.get_logger("shouwang.try").exception("it failed")
    text = json.dumps(lines(capsys), ensure_ascii=False)
    assert "duplicate key value" in text
    assert "张三" not in text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("call 13800138000 now", "call [number] now"),
        ("id 420106199003071234.", "id [number]."),
        ("id 42010619900307123X", "id [number]"),
        ("area 420102002001", "area 420102002001"),
        ("row 1234567890123456789012", "row 1234567890123456789012"),
    ],
)
def test_numbers_of_people_are_masked_and_codes_of_areas_kept(text: str, kept: str) -> None:
    """Mobile and ID numbers go; the codes that an operator needs to find the place stay."""
    assert logs.scrubbed(text) == kept


def test_other_libraries_write_the_same_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """A line of a library that knows nothing of us is JSON too, so that a collector can read all."""
    logs.configure("json")
    logging.getLogger("some.library").warning("reached %s of %s", 3, 5)
    assert [line["event"] for line in lines(capsys)] == ["reached 3 of 5"]


def test_pretty_is_for_eyes(capsys: pytest.CaptureFixture[str]) -> None:
    """In the terminal a line begins with the time and is no JSON."""
    logs.configure("pretty")
    structlog.get_logger("shouwang.try").info("hello", child="web")
    assert "hello" in (text := capsys.readouterr().err)
    assert "child" in text
    assert not text.startswith("{")
