"""Passages are a table as others are to Django: emptied with them, altered by migrations. 0001 made it, in day's parts."""

from django.db import migrations, models


def _to(model: str, **options: object) -> models.ForeignKey:
    return models.ForeignKey(model, models.DO_NOTHING, db_constraint=False, db_index=False, **options)


class Migration(migrations.Migration):
    """What Django knows of the table. No statement for the database."""

    dependencies = [("gates", "0002_signedpaper")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterModelOptions(name="passage", options={}),
                migrations.AlterModelTable(name="passage", table=None),
                migrations.AddField("passage", "device", _to("gates.device"), preserve_default=False),
                migrations.AddField(
                    "passage", "gate", _to("gates.gate", related_name="passages"), preserve_default=False
                ),
            ]
        )
    ]
