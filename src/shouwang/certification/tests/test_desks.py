"""The pages of units, queues, objections and certificates, as those whose steps they are use them."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from shouwang import clock
from shouwang.accounts.models import Account
from shouwang.areas.models import Area
from shouwang.certification import actions, queries, the_day
from shouwang.certification.models import AssessmentPhoto, StepRow
from shouwang.certification.tests.test_deeds import ALL_IN_PLACE, SYSTEM, close, name, to_notice, who
from shouwang.command.models import Post
from shouwang.command.policy import Role

pytestmark = pytest.mark.django_db
At = Callable[[str], None]


@pytest.fixture(autouse=True)
def _password_is_enough(settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = False


def signed_in(area: Area, role: Role, name: str = "desk") -> Client:
    """Somebody posted at a place, at their browser, in English."""
    account = Account.objects.create_user(f"{name}-{role}-{area.code}", display_name=name)
    Post.objects.create(
        account=account, role=role, area=area, area_path=area.path, from_day=clock.today(), granted_by="test"
    )
    client = Client(headers={"accept-language": "en"})
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def unit_page(code: str) -> str:
    return reverse("certification:unit", args=[code])


def test_a_community_declares_on_the_units_page(at: At, tree: dict[str, Area]) -> None:
    """The page says that it may, the button does it, and the page says whose step is next."""
    at("2020-03-09T08:00")
    client = signed_in(tree["V1"], Role.COMMUNITY_OFFICER)
    page = client.get(unit_page("X1")).content.decode()
    assert "May be declared on 9 March 2020" in page
    assert "Declare it free of infection" in page
    assert client.post(unit_page("X1"), {"step": "declared"}).status_code == 302
    page = client.get(unit_page("X1")).content.decode()
    assert "Declared." in page
    assert "First review: " in page, "whose step is next"
    assert "Standard one is met on 9 March 2020." in page
    assert "May be declared" not in page
    again = client.post(unit_page("X1"), {"step": "declared"})
    assert again.status_code == 409
    assert "does not follow" in again.content.decode()


def test_what_stands_against_a_unit_is_said(at: At, tree: dict[str, Area], told: Any) -> None:
    """A case and an unreleased contact, with the first day on which it may be declared; declaring is refused so."""
    at("2020-04-05T08:00")
    told("P1", "confirmed", "2020-03-31T09:00")
    told("P1", "close_contact", "2020-04-02T09:00")
    client = signed_in(tree["V1"], Role.COMMUNITY_OFFICER)
    page = client.get(unit_page("X1")).content.decode()
    assert "Cannot be declared before 15 April 2020" in page
    assert "1 contact unreleased" in page
    refused = client.post(unit_page("X1"), {"step": "declared"})
    assert refused.status_code == 400
    assert "15 April 2020" in refused.content.decode()


def test_the_street_passes_many_at_once(at: At, tree: dict[str, Area], post: Any) -> None:
    """Those ticked are passed, the one that is refused is told with its reason, and nothing else is lost."""
    at("2020-03-09T08:00")
    for code in ("X1", "X2"):
        actions.declare(code, **who(post("community_officer", "V1")))
    client = signed_in(tree["S1"], Role.STREET_OFFICER)
    address = reverse("certification:queue", args=["first_review"])
    page = client.get(address).content.decode()
    assert page.count('type="checkbox"') == 2
    answer = client.post(address, {"unit": ["X1", "X3", "X2", "X4"], "result": "passed"})
    assert answer.status_code == 409
    told = answer.content.decode()
    assert "Done: 2" in told
    assert "does not follow from where X3 stands" in told
    assert [str(queries.standing(tree[code].pk).state) for code in ("X1", "X2")] == ["reviewed"] * 2  # type: ignore[union-attr]
    assert queries.standing(tree["X4"].pk) is None, "another district street's unit is out of reach"
    assert "Nothing waits" in client.get(address).content.decode()


def test_returning_needs_what_to_mend(at: At, tree: dict[str, Area], post: Any) -> None:
    at("2020-03-09T08:00")
    actions.declare("X1", **who(post("community_officer", "V1")))
    client = signed_in(tree["S1"], Role.STREET_OFFICER)
    address = reverse("certification:queue", args=["first_review"])
    assert client.post(address, {"unit": ["X1"], "result": "failed"}).status_code == 409
    assert (
        client.post(address, {"unit": ["X1"], "result": "failed", "mend": "the back gate is open"}).status_code == 302
    )
    page = signed_in(tree["V1"], Role.COMMUNITY_OFFICER).get(unit_page("X1")).content.decode()
    assert "the back gate is open" in page


def test_objections_are_decided_by_their_desk_alone(at: At, tree: dict[str, Area], post: Any) -> None:
    at("2020-03-09T08:00")
    to_notice(post, "X1", "V1")
    actions.raise_objection("X1", "the back gate is open at night", by=SYSTEM)
    address = reverse("certification:objections")
    below = signed_in(tree["S1"], Role.STREET_OFFICER).get(address).content.decode()
    assert "the back gate is open at night" in below
    assert "Another post decides this" in below
    district = signed_in(tree["D1"], Role.DISTRICT_OFFICER)
    number = queries.open_objections(tree["D1"].path)[0].pk
    assert district.post(address, {"objection": number, "result": "upheld", "why": ""}).status_code == 400
    assert district.post(address, {"objection": number, "result": "upheld", "why": "seen open"}).status_code == 302
    assert str(queries.standing(tree["X1"].pk).state) == "returned"  # type: ignore[union-attr]
    other = signed_in(tree["D2"], Role.DISTRICT_OFFICER)
    assert "back gate" not in other.get(address).content.decode()


def test_the_certificate_says_what_is_true_now(at: At, tree: dict[str, Area], post: Any, told: Any) -> None:
    """It is printed while the unit is named; whoever reads its code learns of the suspension at once."""
    name(at, post, "X1", "V1")
    client = signed_in(tree["V1"], Role.COMMUNITY_OFFICER)
    address = reverse("certification:certificate", args=["X1"])
    paper = client.get(address)
    assert paper["Content-Type"] == "application/pdf"
    assert paper.content[:5] == b"%PDF-"
    anybody = Client(headers={"accept-language": "en"})
    check = reverse("certification:check", args=["X1"])
    assert "Certified as free of infection since" in anybody.get(check).content.decode()
    at("2020-03-16T08:00")
    event = told("P1", "suspected", "2020-03-16T07:00")
    page = anybody.get(check).content.decode()
    assert "suspended" in page
    assert event not in page, "nothing of a person is public"
    assert client.get(address).status_code == 409
    assert "not certified" in anybody.get(reverse("certification:check", args=["X3"])).content.decode()


def test_the_list_shows_own_area_and_filters(at: At, tree: dict[str, Area], post: Any) -> None:
    name(at, post, "X1", "V1")
    street = signed_in(tree["S1"], Role.STREET_OFFICER)
    page = street.get(reverse("certification:units")).content.decode()
    assert unit_page("X1") in page
    assert unit_page("X4") not in page
    named = street.get(reverse("certification:units") + "?level=compound&state=named").content.decode()
    assert unit_page("X1") in named
    assert unit_page("X2") not in named
    never = street.get(reverse("certification:units") + "?level=compound&state=none").content.decode()
    assert unit_page("X2") in never
    assert unit_page("X1") not in never


def test_a_district_does_not_reach_another(at: At, tree: dict[str, Area], post: Any) -> None:
    """A reviewer of one district opens no unit of another, and their step on it is refused."""
    at("2020-03-09T08:00")
    actions.declare("X1", **who(post("community_officer", "V1")))
    actions.review("X1", True, **who(post("street_officer", "S1")))
    the_day.run(clock.today(), by=SYSTEM)
    other = signed_in(tree["D2"], Role.DISTRICT_OFFICER)
    assert other.get(unit_page("X1")).status_code == 404
    answer = other.post(reverse("certification:queue", args=["notice"]), {"unit": ["X1"], "result": "passed"})
    assert answer.status_code == 409
    assert str(queries.standing(tree["X1"].pk).state) == "compared"  # type: ignore[union-attr]


def test_a_unit_is_told_and_marks_it_seen(at: At, tree: dict[str, Area], post: Any) -> None:
    name(at, post, "X1", "V1")
    close(at, "2020-03-14")
    client = signed_in(tree["V1"], Role.COMMUNITY_OFFICER)
    assert "Named in this round." in client.get(unit_page("X1")).content.decode()
    before = queries.unseen_notices(tree["X1"].path).count()
    number = queries.unseen_notices(tree["X1"].path).first().pk  # type: ignore[union-attr]
    assert client.post(unit_page("X1"), {"notice": number}).status_code == 302
    assert queries.unseen_notices(tree["X1"].path).count() == before - 1


def test_items_have_words() -> None:
    """Every item that is assessed has a name and what to look for."""
    from shouwang.certification.labels import ITEMS

    assert set(ITEMS) == set(ALL_IN_PLACE)


def compared(post: Any, tree: dict[str, Area]) -> None:
    """X1 waits for its assessment."""
    actions.declare("X1", **who(post("community_officer", "V1")))
    actions.review("X1", True, **who(post("street_officer", "S1")))
    the_day.run(clock.today(), by=SYSTEM)


def picture(size: tuple[int, int] = (3000, 2000)) -> SimpleUploadedFile:
    """A photograph that says where it was taken."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "home of somebody"
    Image.new("RGB", size, "grey").save(out, "JPEG", exif=exif)
    return SimpleUploadedFile("p.jpg", out.getvalue(), "image/jpeg")


def filled(**more: Any) -> dict[str, Any]:
    return {
        **{f"result-{item}": "passed" for item in ALL_IN_PLACE},
        **{f"note-{item}": "seen" for item in ALL_IN_PLACE},
        **more,
    }


def test_an_assessment_comes_from_a_phone_once(at: At, tree: dict[str, Area], post: Any) -> None:
    """Sent twice under one key, as after a lost answer, it is one step; its photograph is small and tells no place."""
    at("2020-03-09T08:00")
    compared(post, tree)
    client = signed_in(tree["D1"], Role.DISTRICT_OFFICER)
    address = reverse("certification:assess", args=["X1"])
    for _time in range(2):
        sent = filled(key="5b9d9a3e-0000-4000-8000-000000000001", **{"photo-closure": picture()})
        answer = client.post(address, sent, headers={"x-requested-with": "fetch"})
        assert answer.json() == {"href": unit_page("X1")}
    assert StepRow.objects.filter(step="assessment").count() == 1
    assert str(queries.standing(tree["X1"].pk).state) == "assessed"  # type: ignore[union-attr]
    page = client.get(unit_page("X1")).content.decode()
    shown = re.search(r"/certification/photo/\w+\.jpg", page)
    assert shown
    kept = client.get(shown[0]).content
    with Image.open(io.BytesIO(kept)) as opened:
        assert max(opened.size) == 1600
        assert not opened.getexif()
    assert signed_in(tree["D2"], Role.DISTRICT_OFFICER).get(shown[0]).status_code == 404


def test_an_assessment_at_fault_says_what_is_wrong(at: At, tree: dict[str, Area], post: Any) -> None:
    """Items that were left out, a file that is no picture, another post: a reason each, and nothing is kept."""
    at("2020-03-09T08:00")
    compared(post, tree)
    address = reverse("certification:assess", args=["X1"])
    client = signed_in(tree["D1"], Role.DISTRICT_OFFICER)
    half = filled()
    del half["result-supply"]
    told = client.post(address, half, headers={"x-requested-with": "fetch"})
    assert told.json()["code"] == "certification.items_missing"
    assert "Supply" in told.json()["reason"]
    broken = filled(**{"photo-closure": SimpleUploadedFile("p.jpg", b"<svg>", "image/jpeg")})
    assert (
        client.post(address, broken, headers={"x-requested-with": "fetch"}).json()["code"] == "certification.bad_photo"
    )
    street = signed_in(tree["S1"], Role.STREET_OFFICER)
    assert "Another post assesses this unit" in street.get(address).content.decode()
    assert street.post(address, filled()).status_code == 403
    assert not AssessmentPhoto.objects.exists()
    assert str(queries.standing(tree["X1"].pk).state) == "compared"  # type: ignore[union-attr]
