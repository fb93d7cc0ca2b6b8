"""The import pages: send, try, see the faults, take in; nobody sees another's file, and no file stays behind."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from python_calamine import load_workbook

from shouwang import clock
from shouwang.accounts.models import Account
from shouwang.areas import actions as areas
from shouwang.areas.actions import AreaRow
from shouwang.areas.models import Area
from shouwang.command import actions as command
from shouwang.command.policy import POWERS, Role
from shouwang.intake import kinds, permissions, templating, uploads
from shouwang.intake.models import TakeIn
from shouwang.intake.refused_file import path_for
from shouwang.intake.tables import open_table
from shouwang.journal.actions import Actor

pytestmark = pytest.mark.django_db
BY = Actor.operator("tester")
FILE = "code,name,level,parent_code\n4203,丙区,district,42\n4204,丁区,town,42\n".encode()


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def posted() -> Callable[..., Client]:
    """A signed-in client for a role at an area."""
    rows = [AreaRow("42", "甲市", "city", ""), AreaRow("4201", "乙区", "district", "42")]
    areas.import_areas(rows, by=BY)

    def make(name: str, role: Role, area: str) -> Client:
        account = Account.objects.create(username=name)
        command.grant_post(account, role, area, date(2020, 1, 1), by=BY)
        client = Client()
        client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return make


def send(client: Client, content: bytes = FILE, **data: str) -> TakeIn:
    upload = SimpleUploadedFile("区县.csv", content)
    response = client.post(reverse("intake:kind", args=["areas"]), {"file": upload, **data})
    assert response.status_code == 302, response.content.decode()[:2000]
    return TakeIn.objects.order_by("-pk")[0]


def test_try_first_then_take_in(posted: Callable[..., Client], files: Path) -> None:
    """The trial shows what would happen and keeps the file; taking in deletes it and leaves the refused rows."""
    client = posted("admin", Role.ADMINISTRATOR, "42")
    trial = send(client, dry_run="on")
    page = client.get(reverse("intake:file", args=[trial.pk])).content.decode()
    assert reverse("intake:progress", args=[trial.pk]) in page
    uploads.run(trial.pk)
    page = client.get(reverse("intake:file", args=[trial.pk])).content.decode()
    assert reverse("intake:for_good", args=[trial.pk]) in page
    assert "town" in page
    assert not Area.objects.filter(code="4203").exists()
    response = client.post(reverse("intake:for_good", args=[trial.pk]))
    record = TakeIn.objects.order_by("-pk")[0]
    assert response["Location"] == reverse("intake:file", args=[record.pk])
    assert client.post(reverse("intake:for_good", args=[trial.pk])).status_code == 404
    uploads.run(record.pk)
    assert Area.objects.filter(code="4203").exists()
    record.refresh_from_db()
    assert (record.state, record.taken, record.refused) == ("done", 1, 1)
    kept = [path for path in files.rglob("*") if path.is_file()]
    assert sorted(kept) == [path_for(uploads.folder_of(trial) / "file"), path_for(uploads.folder_of(record) / "file")]
    fetched = client.get(reverse("intake:refused", args=[record.pk]))
    assert "4204" in b"".join(fetched.streaming_content).decode("utf-8-sig")
    assert uploads.run(record.pk) is None


def test_a_file_refused_as_a_whole_says_why(posted: Callable[..., Client], files: Path) -> None:
    """Wrong columns, told on its page; the file is gone."""
    client = posted("admin", Role.ADMINISTRATOR, "42")
    record = send(client, b"code,name\n1,2\n")
    uploads.run(record.pk)
    page = client.get(reverse("intake:file", args=[record.pk])).content.decode()
    assert "parent_code" in page
    assert not [path for path in files.rglob("*") if path.is_file()]


def test_progress_ends_its_own_polling(posted: Callable[..., Client]) -> None:
    """While it waits the fragment asks again; when it is done it leads to the result."""
    client = posted("admin", Role.ADMINISTRATOR, "42")
    record = send(client)
    url = reverse("intake:progress", args=[record.pk])
    assert "hx-get" in client.get(url, headers={"HX-Request": "true"}).content.decode()
    uploads.run(record.pk)
    ended = client.get(url, headers={"HX-Request": "true"})
    assert ended.status_code == 286
    assert "hx-get" not in ended.content.decode()


def test_too_large_or_missing_files_are_told(posted: Callable[..., Client], monkeypatch: pytest.MonkeyPatch) -> None:
    """The page says the limit and the way around it; nothing is written down."""
    client = posted("admin", Role.ADMINISTRATOR, "42")
    monkeypatch.setattr(uploads, "LONGEST_UPLOAD", 10)
    url = reverse("intake:kind", args=["areas"])
    answer = client.post(url, {"file": SimpleUploadedFile("f.csv", FILE)})
    assert answer.status_code == 400
    assert "intake.file_too_large" in answer.content.decode()
    assert "intake.no_file" in client.post(url, {}).content.decode()
    assert not TakeIn.objects.exists()


def test_only_powers_of_the_post_open_a_kind(posted: Callable[..., Client]) -> None:
    """A community officer takes in residents, not areas; a guard takes in nothing; nobody without a post sees it."""
    officer = posted("officer", Role.DISTRICT_OFFICER, "4201")
    desk = posted("desk", Role.HEALTH_DESK, "42")
    guard = posted("watcher", Role.OBSERVER, "42")
    url = reverse("intake:kind", args=["areas"])
    assert officer.get(url).status_code == 200
    assert desk.get(url).status_code == 403
    assert desk.post(url, {"file": SimpleUploadedFile("f.csv", FILE)}).status_code == 403
    assert desk.get(reverse("intake:kind", args=["residents"])).status_code == 200
    assert guard.get(reverse("intake:start")).status_code == 403
    assert Client().get(url).status_code == 302
    assert officer.get(reverse("intake:kind", args=["galaxies"])).status_code == 404


def test_a_post_takes_in_its_own_area_only(posted: Callable[..., Client]) -> None:
    """The scope of the post in use goes with the file into the worker."""
    record = send(posted("officer", Role.DISTRICT_OFFICER, "4201"))
    uploads.run(record.pk)
    record.refresh_from_db()
    assert (record.taken, record.refused) == (0, 2)
    assert record.refusals[0]["code"] == "areas.outside_area"


def test_files_are_seen_by_their_sender_and_the_administrator(posted: Callable[..., Client]) -> None:
    """Another officer finds neither the page, nor the progress, nor the refused rows."""
    own = posted("own", Role.DISTRICT_OFFICER, "4201")
    record = send(own)
    uploads.run(record.pk)
    other, admin = posted("other", Role.CITY_OFFICER, "42"), posted("admin", Role.ADMINISTRATOR, "42")
    for name in ("file", "progress", "refused"):
        url = reverse(f"intake:{name}", args=[record.pk])
        assert (own.get(url).status_code, other.get(url).status_code, admin.get(url).status_code) == (200, 404, 200)
    assert "区县.csv" in own.get(reverse("intake:start")).content.decode()
    assert "区县.csv" not in other.get(reverse("intake:start")).content.decode()


def test_what_is_past_its_time_is_deleted(posted: Callable[..., Client], files: Path) -> None:
    """A tried file after a day; records and refused rows after fourteen."""
    client = posted("admin", Role.ADMINISTRATOR, "42")
    trial = send(client, dry_run="on")
    uploads.run(trial.pk)
    with clock.frozen(clock.now() + timedelta(hours=25)):
        assert uploads.sweep()["files"] == 1
    assert uploads.refused_file(trial) is not None
    with clock.frozen(clock.now() + timedelta(days=15)):
        assert uploads.sweep()["records"] == 1
    assert not [path for path in files.rglob("*") if path.is_file()]


def test_templates_read_back_as_their_kind(tmp_path: Path, posted: Callable[..., Client]) -> None:
    """Each kind's templates have its columns and are taken as they stand, the example row included."""
    for kind in kinds.every():
        for form, content in (("csv", templating.as_csv(kind)), ("xlsx", templating.as_workbook(kind))):
            path = tmp_path / f"{kind.name}.{form}"
            path.write_bytes(content)
            table = open_table(path, kind.columns)
            assert table.header == list(kind.columns)
            (line,) = table.lines
            assert line.fault is None
            assert [cell or "" for cell in line.cells] == [
                kind.explained[column].example if column in kind.explained else "" for column in kind.columns
            ]
    sheet = load_workbook(io.BytesIO(templating.as_workbook(kinds.get("areas"))))
    assert len(sheet.sheet_names) == 2
    client = posted("admin", Role.ADMINISTRATOR, "42")
    assert client.get(reverse("intake:template", args=["areas", "xlsx"])).content[:2] == b"PK"


def test_roles_of_the_pages_are_those_with_a_power() -> None:
    """The list in this room and the table of powers above it say the same."""
    assert set(permissions.ROLES) == {role for kind in kinds.every() for role in POWERS[kind.deed]}
