import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gates", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="SignedPaper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("area_path", models.TextField(db_collation="C")),
                ("kind", models.TextField()),
                ("etag", models.TextField()),
                ("message", models.BinaryField()),
                ("content_hash", models.BinaryField()),
                ("made_at", models.DateTimeField()),
                ("checked_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                (
                    "gate",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="papers",
                        to="gates.gate",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["area_path"], name="gates_signe_area_pa_dcbda8_idx")],
                "constraints": [models.UniqueConstraint(fields=("gate", "kind"), name="one_paper_of_a_kind")],
            },
        ),
    ]
