"""Passages of somebody who was found in the roster are looked up by line: a tracer does not read a city's fourteen days."""

from django.db import migrations


class Migration(migrations.Migration):
    """An index on the parted table; the parts made later have it as well."""

    dependencies = [("gates", "0005_kept_rows")]

    operations = [
        migrations.RunSQL(
            'create index gates_passage_row on gates_passage ("row") where "row" is not null',
            "drop index gates_passage_row",
        )
    ]
