"""`shouwang account` and `shouwang post`: the first accounts of a new installation, and help for who is locked out."""

from __future__ import annotations

import getpass
import secrets
from datetime import datetime

import click

from shouwang import clock
from shouwang.accounts import actions as accounts
from shouwang.accounts import queries as found
from shouwang.command import actions as command
from shouwang.command.policy import Role
from shouwang.journal.actions import Actor


def _operator() -> Actor:
    return Actor.operator(getpass.getuser())


@click.group()
def account() -> None:
    """Accounts of people who work with Shouwang."""


@account.command("create")
@click.argument("username")
@click.option("--name", default="", help="The person's name, shown on pages.")
@click.option("--password", default=None, help="Made up and printed once when not given.")
def create(username: str, name: str, password: str | None) -> None:
    """Make an account."""
    given = password or secrets.token_urlsafe(12)
    accounts.create_account(username, name, given, by=_operator())
    click.echo(f"账号 {username} 已建立 · account {username} made")
    if password is None:
        click.echo(f"密码 · password: {given}")


@account.command("password")
@click.argument("username")
@click.option("--why", required=True, help="Kept in the journal.")
def password(username: str, why: str) -> None:
    """Give somebody a new password and end their sessions."""
    given = secrets.token_urlsafe(12)
    accounts.set_password(found.by_username(username), given, by=_operator(), why=why)
    click.echo(f"新密码 · new password: {given}")


@account.command("second-factor")
@click.argument("username")
@click.option("--why", required=True, help="Kept in the journal.")
def second_factor(username: str, why: str) -> None:
    """Take off the second factor of somebody who lost phone and recovery codes, and end their sessions."""
    removed = accounts.take_off_second_factor(found.by_username(username), by=_operator(), why=why)
    click.echo(
        f"账号 {username} 的第二重验证已取消（{removed} 项） · second factor of {username} taken off ({removed})"
    )


@account.command("close")
@click.argument("username")
@click.option("--why", required=True, help="Kept in the journal.")
def close(username: str, why: str) -> None:
    """Close an account; its sessions end at once."""
    accounts.deactivate(found.by_username(username), by=_operator(), why=why)
    click.echo(f"账号 {username} 已停用 · account {username} closed")


@click.group()
def post() -> None:
    """Posts: a role at an area from a day until a day."""


@post.command("grant")
@click.argument("username")
@click.argument("role", type=click.Choice([role.value for role in Role]))
@click.argument("area_code")
@click.option(
    "--from", "from_day", type=click.DateTime(["%Y-%m-%d"]), default=None, help="First day; today by default."
)
@click.option(
    "--until", "until_day", type=click.DateTime(["%Y-%m-%d"]), default=None, help="Last day; none by default."
)
def grant(username: str, role: str, area_code: str, from_day: datetime | None, until_day: datetime | None) -> None:
    """Post somebody as ROLE at AREA_CODE."""
    made = command.grant_post(
        found.by_username(username),
        Role(role),
        area_code,
        from_day.date() if from_day else clock.today(),
        until_day=until_day.date() if until_day else None,
        by=_operator(),
    )
    click.echo(f"岗位 {made.pk} 已设 · post {made.pk} granted")
