"""What the tags write: states, tables, forms, progress, refusals."""

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from shouwang.ui import fragments, pills
from shouwang.ui.fragments import Progress
from shouwang.ui.tables import Column, Empty, Table


def render(text, **context):
    """A piece of template with the tags loaded, in English."""
    with translation.override("en"):
        return Template("{% load ui %}" + text).render(Context(context))


class Entry(forms.Form):
    name = forms.CharField(help_text="As on the card.")
    sex = forms.ChoiceField(choices=[("f", "F"), ("m", "M")], widget=forms.RadioSelect)
    told = forms.BooleanField(required=False)


@pytest.mark.parametrize("state", ["green", "yellow", "red", "grey"])
def test_a_code_is_word_shape_and_colour(state):
    """Each code has its own shape and its own word, so that colour is never needed."""
    shapes = {pills.SHAPES[other] for other in ("green", "yellow", "red", "grey")}
    assert len(shapes) == 4
    shown = render("{% pill state %}", state=state)
    assert f"sw-pill-{state}" in shown
    assert "<svg" in shown
    assert state.title() in shown


def test_a_colour_without_meaning_is_refused():
    """A tone needs a word: nobody can read a bare colour."""
    with pytest.raises(LookupError):
        pills.pill("warn")
    with pytest.raises(LookupError):
        pills.pill("mauve", "Odd")


def test_percent_stands_beside_its_denominator():
    """A rate is never shown without out of how many."""
    assert "1,843/2,010" in render("{% percent 1843 2010 %}")
    assert "no data" in render("{% percent 0 0 %}")


def test_sorting_turns_around_and_keeps_the_filter():
    """The link of a sorted column sorts the other way, drops the page number and keeps what was filtered."""
    table = Table("Rows", [Column("a", "A", sort="a"), Column("b", "B", sort="b")], [{"a": 1, "b": 2}], sort="a")
    shown = render("{% table t %}", t=table, request=RequestFactory().get("/?q=x&sort=a&page=3"))
    assert 'aria-sort="ascending"' in shown
    assert "?q=x&amp;sort=-a" in shown
    assert "?q=x&amp;sort=b" in shown
    assert "page=3" not in shown


def test_cells_are_escaped_and_unknown_values_say_so():
    """Text of a file cannot become markup; None is not 0 and not empty."""
    table = Table("Rows", [Column("a", "A"), Column("n", "N", kind="number")], [{"a": "<b>", "n": None}])
    shown = render("{% table t %}", t=table)
    assert "&lt;b&gt;" in shown
    assert "no data" in shown


def test_an_empty_table_says_what_to_do():
    """No headings over nothing: a sentence and the way on."""
    shown = render(
        "{% table t %}", t=Table("Rows", [Column("a", "A")], [], Empty("Nothing. Import first.", "Import", "/i"))
    )
    assert "<thead" not in shown
    assert "Import first" in shown
    assert 'href="/i"' in shown


def test_pages_say_which_rows_of_how_many():
    """The reader knows where in the list they are."""
    page = Paginator(range(1205), 50).get_page(2)
    shown = render("{% pagination p %}", p=page, request=RequestFactory().get("/?state=late"))
    assert "51 to 100 of 1,205" in shown
    assert "?state=late&amp;page=3" in shown


def test_every_error_leads_to_its_field_and_the_field_names_its_error():
    """The summary links to ids that exist, and label, hint and error are tied to the control."""
    form = Entry({})
    shown = render("{% form f %}", f=form)
    assert 'href="#id_name"' in shown
    assert 'id="id_name"' in shown
    assert 'href="#id_sex_0"' in shown
    assert 'id="id_sex_0"' in shown
    assert 'aria-describedby="id_name_hint id_name_error"' in shown
    assert 'id="id_name_error"' in shown
    assert 'aria-invalid="true"' in shown
    assert "There are 2 problems" in shown
    assert "autofocus" in shown


def test_progress_polls_while_it_runs_and_stops_when_done():
    """A finished work asks no more; an unchanged one costs a 304."""
    request = RequestFactory().get("/p")
    running = Progress("Import", 5, 10, "running", url="/p")
    first = fragments.progress(request, running)
    assert b'hx-get="/p"' in first.content
    assert b'value="5" max="10"' in first.content
    again = RequestFactory().get("/p", headers={"If-None-Match": first["ETag"]})
    assert fragments.progress(again, running).status_code == 304
    other = fragments.progress(again, Progress("Import", 6, 10, "running", url="/p"))
    assert other.status_code == 200
    assert other["ETag"] != first["ETag"]
    done = Progress("Import", 10, 10, "done", url="/p")
    end = fragments.progress(RequestFactory().get("/p", headers={"HX-Request": "true"}), done)
    assert end.status_code == fragments.STOP_POLLING
    assert b"hx-get" not in end.content
    assert "private" in end["Cache-Control"]


def test_a_masked_value_asks_why_before_it_shows():
    """The form cannot be sent without a reason, names the field, and leads back to the page."""
    shown = render(
        '{% masked "张**" "/reveal" name="phone" label="Phone" %}',
        request=RequestFactory().get("/p?x=1"),
        csrf_token="t",
    )
    assert 'name="reason" required' in shown
    assert 'name="field" value="phone"' in shown
    assert 'name="next" value="/p?x=1"' in shown
    assert "<form" not in render('{% masked "张**" %}')
