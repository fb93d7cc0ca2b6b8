import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("areas", "0002_guards"),
        ("bulletins", "0001_initial"),
        ("command", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="RiskAlert",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("area_path", models.TextField(db_collation="C")),
                ("identifier", models.TextField(unique=True)),
                ("message", models.TextField()),
                ("level", models.TextField()),
                ("from_day", models.DateField()),
                ("sent", models.DateTimeField()),
                ("xml", models.TextField()),
                ("area", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="areas.area")),
                (
                    "declaration",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="command.riskdeclaration"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["area_path", "-sent"], name="alerts_of_a_place")],
            },
        ),
    ]
