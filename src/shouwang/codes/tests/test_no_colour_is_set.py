"""There is no function, page or endpoint that sets a colour. Proved on the source and on every address."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.forms import Form
from django.template.loader import get_template
from django.urls import URLPattern, URLResolver, get_resolver

import shouwang
from shouwang.codes import actions, remedies
from shouwang.codes.models import ColourStatus

SOURCE = Path(shouwang.__file__).parent
STATUS_TABLE = ColourStatus._meta.db_table
WRITERS = {"create", "acreate", "bulk_create", "abulk_create", "get_or_create", "update_or_create", "update", "aupdate",
           "bulk_update", "save", "asave", "copy"}  # fmt: skip
MODULES = sorted(path for path in SOURCE.rglob("*.py") if "tests" not in path.parts and "migrations" not in path.parts)


def parsed(path: Path) -> ast.Module:
    """A module of the platform as a tree."""
    return ast.parse(path.read_text(encoding="utf-8"))


def functions_of(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a module, methods and inner ones too."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_only_the_codes_room_knows_the_table() -> None:
    """Outside codes/ no module imports the model; where SQL names the table it only reads."""
    for path in MODULES:
        if path.parent == SOURCE / "codes":
            continue
        tree = parsed(path)
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                assert node.module != "shouwang.codes.models", path
                assert not (node.module == "shouwang.codes" and any(name.name == "models" for name in node.names)), path
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and STATUS_TABLE in node.value:
                written = [f"{verb} {STATUS_TABLE}" for verb in ("into", "copy", "update", "table")]
                assert not any(words in " ".join(node.value.lower().split()) for words in written), path


def knows_statuses(tree: ast.Module) -> bool:
    """Whether a module has the model in hand: by name, or with all models of the room, or by looking it up."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names = {name.name for name in node.names}
            if node.module == "shouwang.codes.models" and names & {"ColourStatus", "*"}:
                return True
            if node.module == "shouwang.codes" and "models" in names:
                return True
        if isinstance(node, ast.Import) and any(name.name == "shouwang.codes.models" for name in node.names):
            return True
        if isinstance(node, ast.Attribute) and node.attr in {"get_model", "get_models", "import_string"}:
            return True
        if isinstance(node, ast.Constant) and node.value in ("ColourStatus", "colourstatus"):
            return True
    return False


def test_one_module_has_the_model_in_hand() -> None:
    """In codes/ too only actions imports it, and SQL elsewhere in the room never writes its table."""
    knowing = set()
    for path in (module for module in MODULES if module.parent == SOURCE / "codes"):
        if path.stem == "models":
            continue
        tree = parsed(path)
        if knows_statuses(tree):
            knowing.add(path.stem)
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and STATUS_TABLE in node.value:
                text = " ".join(node.value.lower().split())
                written = [verb for verb in ("into", "copy", "update", "table") if f"{verb} {STATUS_TABLE}" in text]
                assert not written or (path.stem, written) == ("actions", ["copy"]), path
    assert knowing == {"actions"}


def test_one_function_writes_statuses_and_one_deed_calls_it() -> None:
    """Where the model is in hand only _append writes the table, by the one COPY; only decide's portion calls it."""
    writing: set[tuple[str, str]] = set()
    calling: set[tuple[str, str]] = set()
    for path in (module for module in MODULES if module.parent == SOURCE / "codes"):
        for function in functions_of(parsed(path)):
            for node in ast.walk(function):
                if isinstance(node, ast.Call):
                    if isinstance(node.func, ast.Name) and node.func.id in {
                        "ColourStatus",
                        "_append",
                        "_decide_portion",
                    }:
                        calling.add((f"{path.stem}.{function.name}", node.func.id))
                    if path.stem == "actions" and isinstance(node.func, ast.Attribute) and node.func.attr in WRITERS:
                        writing.add((f"{path.stem}.{function.name}", ast.unparse(node.func)))
    assert calling == {("actions._decide_portion", "_append"), ("actions.decide", "_decide_portion")}
    assert writing == {
        ("actions._append", "cursor.copy"),
        ("actions._decide_portion", "DecisionMark.objects.bulk_create"),
    }


def test_appeals_and_exceptions_take_no_colour() -> None:
    """No deed of theirs has a colour among what it is told, or calls the deciding."""
    for name, function in inspect.getmembers(remedies, inspect.isfunction):
        if function.__module__ == remedies.__name__:
            given = set(inspect.signature(function).parameters)
            assert not given & {"colour", "color", "rule", "status"}, name
    imported = ast.unparse(parsed(SOURCE / "codes" / "remedies.py"))
    assert "codes.actions" not in imported
    assert "decide(" not in imported


def test_nobody_can_tell_the_deed_a_colour() -> None:
    """No public deed of codes takes a colour, a rule, a reason or evidence: only whom, until when, and who asks."""
    deeds = {
        name: set(inspect.signature(function).parameters)
        for name, function in inspect.getmembers(actions, inspect.isfunction)
        if function.__module__ == actions.__name__ and not name.startswith("_")
    }
    assert deeds == {
        "decide": {"person_ids", "until", "by"},
        "redecide_touched": {"day", "by"},
        "decide_due": {"by"},
    }


def test_no_function_anywhere_is_named_as_setting_a_colour() -> None:
    """No function of the platform sets, forces, overrides or changes a colour or a code by its name."""
    verbs = ("set_", "force_", "override_", "change_", "assign_", "mark_", "turn_")
    for path in MODULES:
        for function in functions_of(parsed(path)):
            name = function.name
            assert not (name.startswith(verbs) and name.endswith(("_colour", "_color", "_code_colour", "_red"))), path


def views_of(patterns: list[URLPattern | URLResolver], at: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address of the platform with its view."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from views_of(pattern.url_patterns, at + str(pattern.pattern))
        else:
            yield at + str(pattern.pattern), pattern


def forms() -> Iterator[type[Form]]:
    """Every form class that the platform has, once its pages are loaded."""
    get_resolver().url_patterns  # noqa: B018 - loads every page, and with it every form
    waiting = [Form]
    while waiting:
        for found in waiting.pop().__subclasses__():
            waiting.append(found)
            if found.__module__.startswith("shouwang."):
                yield found


def test_no_form_and_no_template_has_a_field_for_a_colour() -> None:
    """Nothing that can be posted carries a colour: no form field, no input of a template, no lookup in a POST."""
    assert list(forms()), "no forms found: the walk is broken"
    for form in forms():
        assert not [name for name in form.base_fields if "colour" in name or "color" in name], form
    for path in SOURCE.rglob("templates/**/*.html"):
        text = path.read_text(encoding="utf-8")
        for quote in "\"'":
            assert f"name={quote}colour" not in text, path
            assert f"name={quote}color{quote}" not in text, path
    for path in MODULES:
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Attribute) and node.attr in {"POST", "body"}:
                continue
            if isinstance(node, ast.Constant) and node.value in {"colour", "color"}:
                assert "POST" not in ast.unparse(_statement_of(path, node)), path


def _statement_of(path: Path, wanted: ast.Constant) -> ast.AST:
    """The smallest call or subscript around a constant."""
    best: ast.AST = wanted
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Call | ast.Subscript) and node.lineno <= wanted.lineno <= (node.end_lineno or 0):
            inside = [n for n in ast.walk(node) if isinstance(n, ast.Constant) and n.value == wanted.value]
            if any(n.lineno == wanted.lineno and n.col_offset == wanted.col_offset for n in inside):
                best = node
    return best


def test_the_pages_of_codes_only_read() -> None:
    """Every address of the codes room refuses to be posted to, and its pages call no deed."""
    own = [(at, pattern) for at, pattern in views_of(get_resolver().url_patterns)
           if pattern.callback.__module__.startswith("shouwang.codes.")]  # fmt: skip
    assert own, "the codes room has pages"
    pages = SOURCE / "codes" / "pages.py"
    imported = {
        f"{node.module}.{name.name}"
        for node in ast.walk(parsed(pages)) if isinstance(node, ast.ImportFrom) for name in node.names
    }  # fmt: skip
    assert not [name for name in imported if "actions" in name or "models" in name]


@pytest.mark.django_db
def test_posting_to_the_pages_of_codes_does_nothing(client: object) -> None:
    """A POST with a colour in it is refused by every address of the codes room, and no status appears."""
    from django.urls import reverse

    for address in (reverse("codes:policies"), reverse("codes:policy", args=["generic/colour-always"])):
        answer = client.post(address, {"colour": "green", "person": "P1"})  # type: ignore[attr-defined]
        assert answer.status_code == 405, address
    assert not ColourStatus.objects.exists()


def test_templates_load() -> None:
    """The pages that show colours exist, so that the search above searched something."""
    for name in ("codes/policies.html", "codes/policy.html", "codes/panel.html"):
        assert get_template(name)
