import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("gates", "0004_sent_rows")]

    operations = [
        migrations.CreateModel(
            name="KeptRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("area_path", models.TextField(db_collation="C")),
                ("version", models.TextField()),
                ("content", models.JSONField()),
                ("first_at", models.DateTimeField()),
                ("until_at", models.DateTimeField()),
                (
                    "gate",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="kept_rows",
                        to="gates.gate",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["area_path"], name="gates_keptr_area_pa_de0f06_idx"),
                    models.Index(fields=["until_at"], name="gates_keptr_until_a_0caf0f_idx"),
                ],
                "constraints": [models.UniqueConstraint(fields=("gate", "version"), name="row_kept_once")],
            },
        ),
        migrations.CreateModel(
            name="PermitUse",
            fields=[
                ("passage", models.UUIDField(primary_key=True, serialize=False)),
                ("area_path", models.TextField(db_collation="C")),
                ("direction", models.TextField(choices=[("in", "in"), ("out", "out")])),
                ("at", models.DateTimeField()),
                ("row", models.BigIntegerField(null=True)),
                (
                    "permit",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="uses",
                        to="gates.permit",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["permit", "-at"], name="gates_permi_permit__14987b_idx"),
                    models.Index(fields=["area_path", "-at"], name="gates_permi_area_pa_bd5f1e_idx"),
                ],
            },
        ),
    ]
