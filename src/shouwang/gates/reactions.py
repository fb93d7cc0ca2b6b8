"""What gates do when something happens below: a compound is closed, opened or moved, a stage is declared."""

from __future__ import annotations

from django.db.models import F, Value
from django.db.models.functions import Concat, Substr

from shouwang.areas.events import AreaMoved, CompoundClosed, CompoundOpened
from shouwang.codes.events import ExceptionChanged
from shouwang.command.events import StageDeclared
from shouwang.gates import actions
from shouwang.gates.models import (
    Confinement,
    Device,
    EnrolmentCode,
    Gate,
    GuardPin,
    KeptRow,
    Permit,
    PermitStatus,
    PermitUse,
    SignedPaper,
)
from shouwang.gates.outdated import look_again
from shouwang.journal.events import listen


@listen(CompoundClosed)
def closed(event: CompoundClosed) -> None:
    """The open entrance of a compound that was closed becomes a gate."""
    if event.entrance_id is None or Gate.objects.filter(entrance_id=event.entrance_id, ended_at=None).exists():
        # Of a whole city closed at a stroke, the first to be told has made the gates of all.
        return
    actions.keep_in_step()


@listen(CompoundOpened)
def opened(event: CompoundOpened) -> None:
    """Where nothing is closed there is nothing to guard."""
    actions.keep_in_step(event.area_path)


@listen(StageDeclared)
def stage(event: StageDeclared) -> None:
    """Another stage is another policy row."""
    look_again(event.area_path, "policy")


@listen(ExceptionChanged)
def exception(event: ExceptionChanged) -> None:
    """A permission to pass, granted or ended, is another policy row: where the person lives at once, elsewhere when the
    row is next looked at, within a minute."""
    look_again(event.area_path, "policy")


@listen(AreaMoved)
def follow(event: AreaMoved) -> None:
    """What stands at a place stands under its new path; passages and shifts keep the path of their day."""
    own = (Gate, Device, EnrolmentCode, GuardPin, Permit, PermitStatus, PermitUse, Confinement, SignedPaper, KeptRow)
    for model in own:
        moved = model.objects.filter(area_path__startswith=event.old_path)
        if model in (Gate, Permit, Confinement):
            moved.filter(area_id=event.origin_id).update(area_id=event.into_id)
        moved.update(area_path=Concat(Value(event.new_path), Substr("area_path", len(event.old_path) + 1)))


def catch_up() -> int:
    """Put right gates that stand under another path than their place; answers how many."""
    astray = Gate.objects.exclude(area_path=F("area__path")).select_related("area")
    for gate in astray:
        for model in (Device, EnrolmentCode, SignedPaper):
            model.objects.filter(gate=gate).update(area_path=gate.area.path)
        Gate.objects.filter(pk=gate.pk).update(area_path=gate.area.path)
    return len(astray)
