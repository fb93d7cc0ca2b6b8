"""Pages that take in files: choose a kind, try it, see what is wrong row by row, take it in."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from shouwang import access
from shouwang.intake import kinds, permissions, queries, templating, uploads
from shouwang.intake.forms import UploadForm
from shouwang.intake.jobs import take_in_uploaded
from shouwang.intake.models import State, TakeIn
from shouwang.intake.policy import DAYS_KEPT, REFUSALS_SHOWN
from shouwang.journal.actions import Actor
from shouwang.refusal import Refusal
from shouwang.ui import fragments
from shouwang.ui.tables import Column, Empty, Table
from shouwang.ui.tongue import tongue

TONES = {
    State.WAITING: "neutral",
    State.RUNNING: "info",
    State.DONE: "ok",
    State.REFUSED: "bad",
    State.FAILED: "bad",
    State.INTERRUPTED: "bad",
}
BAR = {State.WAITING: "waiting", State.RUNNING: "running", State.DONE: "done"}
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
@access.posted(*permissions.ROLES)
def start(request: HttpRequest) -> HttpResponse:
    """The kinds the viewer may take in, and the files taken in so far."""
    scope = request.scope
    page = Paginator(queries.take_ins(scope), 20).get_page(request.GET.get("page"))
    titles = {kind.name: kind.title for kind in kinds.every()}
    for record in page:
        record.title = titles.get(record.kind, record.kind)
        record.pill = state_pill(record)
        record.done = record.state == State.DONE
    history = Table(
        caption=_("Files taken in"),
        columns=[
            Column("filename", _("File"), row_header=True, href=lambda one: reverse("intake:file", args=[one.pk])),
            Column("title", _("Kind")),
            Column("pill", _("State"), "pill"),
            Column("taken", _("New"), "number"),
            Column("unchanged", _("Unchanged"), "number"),
            Column("refused", _("Refused"), "number"),
            Column("by", _("By")),
            Column("started_at", _("When"), "moment"),
        ],
        page=page,
        empty=Empty(_("No file has been taken in yet. Choose a kind above; its page has a template to fill in.")),
    )
    context = {"kinds": permissions.kinds_for(scope), "history": history, "days": DAYS_KEPT}
    return render(request, "intake/start.html", context)


@access.posted(*permissions.ROLES)
def kind(request: HttpRequest, name: str) -> HttpResponse:
    """One kind: its columns, templates, and the form that takes a file."""
    shown = _kind(request, name)
    form = UploadForm(request.POST or None, request.FILES or None)
    problem: Refusal | None = None
    if request.method == "POST":
        try:
            record = uploads.receive(
                shown.name,
                request.FILES.get("file"),
                by=Actor.of(request),
                scope_path=request.scope.area_path,
                dry_run=bool(request.POST.get("dry_run")),
            )
        except Refusal as refusal:
            problem = refusal
        else:
            take_in_uploaded.defer(take_in=record.pk)
            return redirect("intake:file", number=record.pk)
    explained = [
        {"name": column, "words": about.words, "example": about.example, "may_be_empty": about.may_be_empty}
        for column in shown.columns
        for about in [shown.explained.get(column, kinds.Column(""))]
    ]
    context = {
        "kind": shown,
        "columns": explained,
        "form": UploadForm() if problem else form,
        "problem": problem,
        "crumbs": [{"label": _("Import"), "url": reverse("intake:start")}, {"label": shown.title}],
    }
    return render(request, "intake/kind.html", context, status=problem.status if problem else 200)


@require_GET
@access.posted(*permissions.ROLES)
def template(request: HttpRequest, name: str, form: str) -> HttpResponse:
    """The template of a kind, as CSV or XLSX."""
    shown = _kind(request, name)
    content, kind_of_file = (
        (templating.as_workbook(shown), WORKBOOK) if form == "xlsx" else (templating.as_csv(shown), "text/csv")
    )
    response = HttpResponse(content, content_type=kind_of_file)
    response["Content-Disposition"] = f'attachment; filename="{shown.name}.{form}"'
    return response


@require_GET
@access.posted(*permissions.ROLES)
def file(request: HttpRequest, number: int) -> HttpResponse:
    """One file: how far it is, what came of it, and its refused rows."""
    record = queries.take_in(number, request.scope)
    if record.state == State.RUNNING:
        uploads.mark_interrupted()
        record.refresh_from_db()
    language = tongue()
    found = [{**row, "reason": row[language], "line": row["line"] or None} for row in record.refusals]
    table = Table(
        caption=_("Refused rows"),
        columns=[
            Column("line", _("Line"), "number", row_header=True),
            Column("column", _("Column")),
            Column("reason", _("Reason")),
        ],
        rows=found,
        empty=Empty(_("No row was refused.")),
    )
    live = record.state in {State.WAITING, State.RUNNING}
    may_follow = record.dry_run and record.state == State.DONE and uploads.stored_file(record) is not None
    context = {
        "record": record,
        "title": next((one.title for one in kinds.every() if one.name == record.kind), record.kind),
        "state": state_pill(record),
        "work": _progress(record) if live else None,
        "table": None if live else table,
        "more": max(record.refused - REFUSALS_SHOWN, 0),
        "notes": [note[language] for note in record.notes],
        "refused_file": uploads.refused_file(record) is not None,
        "may_follow": may_follow and record.taken > 0,
        "crumbs": [{"label": _("Import"), "url": reverse("intake:start")}, {"label": record.filename}],
    }
    return render(request, "intake/file.html", context)


@require_GET
@access.posted(*permissions.ROLES)
def progress(request: HttpRequest, number: int) -> HttpResponse:
    """The fragment that shows how far a file is; it ends with a link to the result."""
    record = queries.take_in(number, request.scope)
    return fragments.progress(request, _progress(record))


@require_GET
@access.posted(*permissions.ROLES)
def refused_rows(request: HttpRequest, number: int) -> FileResponse:
    """The refused rows of a file, to correct and send again."""
    record = queries.take_in(number, request.scope)
    path = uploads.refused_file(record)
    if path is None:
        raise Refusal("intake.no_longer_here", status=404)
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=f"{record.filename}.refused.csv", content_type="text/csv"
    )


@require_POST
@access.posted(*permissions.ROLES)
def for_good(request: HttpRequest, number: int) -> HttpResponse:
    """Take in a file after its trial run."""
    trial = queries.take_in(number, request.scope)
    _kind(request, trial.kind)
    if trial.area_path != request.scope.area_path:
        # Tried in another post: what it may reach would not be what the trial showed.
        raise Refusal("intake.may_not", status=403, kind=trial.kind)
    record = uploads.take_in_for_good(trial, by=Actor.of(request))
    take_in_uploaded.defer(take_in=record.pk)
    return redirect("intake:file", number=record.pk)


def state_pill(record: TakeIn) -> tuple[str, str]:
    """Tone and word of a file's state; a trial run and refused rows are said."""
    state = State(record.state)
    if state == State.DONE and record.refused:
        return "warn", _("done, some rows refused") if not record.dry_run else _("trial run, some rows refused")
    if state == State.DONE and record.dry_run:
        return "info", _("trial run")
    return TONES[state], str(state.label)


def _kind(request: HttpRequest, name: str) -> kinds.Kind:
    shown = kinds.get(name)
    refusal = permissions.refuse(request.scope, shown)
    if refusal is not None:
        raise refusal
    return shown


def _progress(record: TakeIn) -> fragments.Progress:
    ended: dict[str, Any] = {}
    if record.state not in {State.WAITING, State.RUNNING}:
        ended = {"next_url": reverse("intake:file", args=[record.pk]), "next_label": _("See the result")}
    return fragments.Progress(
        label=record.filename,
        done=record.rows_done,
        total=max(record.rows, record.rows_done) or None,
        state=BAR.get(State(record.state), "failed"),
        url=reverse("intake:progress", args=[record.pk]),
        **ended,
    )
