"""Every table says how long its rows are kept."""

from __future__ import annotations

from django.apps import apps

from shouwang.journal.retention import Retention


def test_every_table_of_ours_has_a_retention_class() -> None:
    """A model of a room carries one of the retention classes in `retention`."""
    ours = [model for model in apps.get_models() if model.__module__.startswith("shouwang.")]
    assert len(ours) > 15
    lacking = [model.__name__ for model in ours if getattr(model, "retention", None) not in set(Retention)]
    assert not lacking, f"no retention class: {lacking}; see journal/retention.py"


def test_tables_about_residents_end_with_the_epidemic() -> None:
    """Whatever points at a person is destroyed at the end of the epidemic or sooner."""
    person = apps.get_model("residents", "Person")
    personal = {Retention.EPIDEMIC, Retention.SHORT}
    kept = [
        model.__name__
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.many_to_one and field.related_model is person and getattr(model, "retention", None) not in personal
    ]
    assert not kept, kept
