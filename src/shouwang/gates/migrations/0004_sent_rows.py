"""The type that passages travel in to the statement that stores them: one parameter, packed by `packing.py`."""

from django.db import migrations

SENT = """
create type gates_sent as (
    id uuid, day date, at timestamptz, offset_ms bigint, direction text, kind text, list integer, idx integer,
    cti text, "row" bigint, temperature numeric, second_temperature numeric, mask boolean, identity boolean,
    verdict text, reason text, feed_sequence bigint, policy_version text, guard bigint, overridden boolean,
    detail jsonb, differs boolean, content bigint, batch integer, counter integer
)
"""


class Migration(migrations.Migration):
    """A type of the database; nothing that Django knows of."""

    dependencies = [("gates", "0003_passage_is_ours")]

    operations = [migrations.RunSQL(SENT, "drop type gates_sent")]
