"""The `shouwang` command. Each command stands in commands/<name>.py and is loaded only when it is called.

Exit codes: 0 fine, 1 an error or refusal, 2 wrong usage, 3 some rows refused.
"""

from __future__ import annotations

import ast
import importlib
import os
import sys
from importlib import resources
from typing import Any

import click

from shouwang.refusal import Refusal

COMMANDS = {
    "up": "up",
    "demo": "demo",
    "import": "take_in",
    "holds": "holds",
    "areas": "areas",
    "day": "days:day",
    "days": "days:days",
    "bulletin": "bulletin:bulletin",
    "risk": "bulletin:risk",
    "certification": "certification",
    "code": "code",
    "policy": "policy",
    "journal": "journal",
    "account": "accounts:account",
    "post": "accounts:post",
    "keys": "keys",
    "code-keys": "code_keys",
    "backup": "backup:backup",
    "restore": "backup:restore",
    "messages": "messages",
    "manage": "manage",
}
"""Command → module of commands/ and, after the colon, the function when it is not the module's own `command`."""

WITHOUT_DATABASE = {"up", "demo", "policy", "messages", "restore"}
"""Commands that need no running database, or see to it themselves."""

WITHOUT_DJANGO = {"up", "restore"}
"""Commands that only start processes, and want to start them at once."""


class Shouwang(click.Group):
    """Finds commands lazily, so that `--help` and small commands answer at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands. Loading each for its first sentence would load Django, and start a database."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, _first_sentence(name)) for name in COMMANDS])

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module_name, _, attribute = COMMANDS[name].partition(":")
        if name not in WITHOUT_DJANGO:
            prepare(database=name not in WITHOUT_DATABASE and not {"-h", "--help"} & set(sys.argv))
        module = importlib.import_module(f"shouwang.site.commands.{module_name}")
        found: click.Command = getattr(module, attribute or "command")
        return found


def _first_sentence(name: str) -> str:
    """What a command does, read from its source: the first sentence of its function's docstring."""
    module_name, _, attribute = COMMANDS[name].partition(":")
    source = resources.files("shouwang.site.commands").joinpath(f"{module_name}.py").read_text(encoding="utf-8")
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.name in ({attribute} if attribute else {module_name, "command"}):
            return " ".join((ast.get_docstring(node) or "").split()).partition(". ")[0].rstrip(".") + "."
    return ""


def prepare(*, database: bool) -> None:
    """Load Django's settings; with `database`, have a running, migrated PostgreSQL first."""
    from shouwang.site import database_url, environment, postgres

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shouwang.site.settings")
    env = environment.load()
    if database and env.database_url:
        database_url.check(env.database_url)
    elif database:
        os.environ["DATABASE_URL"] = postgres.ensure_running(env.data_dir).url
        environment.load.cache_clear()
    import django

    django.setup()
    if database:
        from shouwang.site.migrating import migrate_when_needed

        migrate_when_needed()


@click.group(cls=Shouwang, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="shouwang")
def shouwang() -> None:
    """Shouwang 守望: outbreak control run by a city through its communities."""


def main() -> None:
    """Run the command; a refusal is told in words, with what to do next, and exits 1."""
    try:
        result: Any = shouwang.main(standalone_mode=False)
    except Refusal as refusal:
        click.echo(f"{refusal.words('zh')} {refusal.next_step('zh')}", err=True)
        click.echo(f"{refusal.words('en')} {refusal.next_step('en')}", err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    sys.exit(result if isinstance(result, int) else 0)
