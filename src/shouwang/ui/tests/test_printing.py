"""Paper: real fonts, own files only."""

import subprocess

import pytest
from django.template import engines
from django.test import override_settings

from shouwang.ui import charts, printing
from shouwang.ui.charts import Chart, Series


@pytest.fixture
def template(tmp_path, settings):
    """Writes a template into a folder of its own and answers its name."""
    templates = [{**settings.TEMPLATES[0], "DIRS": [str(tmp_path)]}]

    def write(content):
        (tmp_path / "paper.html").write_text(
            '{% extends "ui/print_base.html" %}{% block content %}' + content + "{% endblock %}"
        )
        return "paper.html"

    with override_settings(TEMPLATES=templates):
        yield write
    engines._engines = {}


def test_a_pdf_holds_chinese_text_in_a_chinese_font(template, tmp_path):
    """The words can be searched, and the glyphs are those of simplified Chinese."""
    svg = charts.line_svg(Chart("曲线", ["一", "二"], [Series("新增", [1, 2])]))
    paper = tmp_path / "x.pdf"
    paper.write_bytes(printing.pdf(template("<h1>疫情防控日报 2020</h1>{{ svg|safe }}"), {"svg": svg}))
    assert (
        "疫情防控日报" in subprocess.run(["pdftotext", paper, "-"], capture_output=True, text=True, check=True).stdout
    )
    fonts = subprocess.run(["pdffonts", paper], capture_output=True, text=True, check=True).stdout
    assert "CJK-SC" in fonts


def test_a_printed_page_asks_nothing_of_the_network(template):
    """An address from outside stops the print instead of being fetched or left out in silence."""
    from weasyprint.urls import FatalURLFetchingError

    with pytest.raises(FatalURLFetchingError):
        printing.pdf(template('<img src="http://example.invalid/x.png">'), {})
    with pytest.raises(FatalURLFetchingError):
        printing.pdf(template('<img src="file:///etc/hostname">'), {})
