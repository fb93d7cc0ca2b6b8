import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("areas", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Household",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.TextField()),
                ("area_path", models.TextField(db_collation="C")),
                ("building", models.TextField(blank=True)),
                ("unit", models.TextField(blank=True)),
                ("dwelling", models.TextField(blank=True)),
                (
                    "area",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="areas.area"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.TextField(db_collation="C")),
                ("name_sealed", models.BinaryField()),
                ("id_number_sealed", models.BinaryField(null=True)),
                ("phone_sealed", models.BinaryField(null=True)),
                ("name_hash", models.BinaryField()),
                ("id_number_hash", models.BinaryField(null=True)),
                ("phone_hash", models.BinaryField(null=True)),
                ("birth_date", models.DateField(null=True)),
                ("sex", models.TextField(blank=True)),
                ("area_path", models.TextField(db_collation="C")),
                ("building", models.TextField(blank=True)),
                ("unit", models.TextField(blank=True)),
                ("dwelling", models.TextField(blank=True)),
                (
                    "needs",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
                ("registered_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "area",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="areas.area"),
                ),
                (
                    "household",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="members",
                        to="residents.household",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Relation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.TextField(choices=[("guardian", "监护人"), ("carer", "照护人")])),
                ("by", models.TextField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "guardian",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="wards", to="residents.person"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="guardians", to="residents.person"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Residence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("area_path", models.TextField(db_collation="C")),
                ("building", models.TextField(blank=True)),
                ("unit", models.TextField(blank=True)),
                ("dwelling", models.TextField(blank=True)),
                ("from_day", models.DateField(null=True)),
                ("until_day", models.DateField()),
                ("why", models.TextField(blank=True)),
                ("by", models.TextField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("area", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="areas.area")),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="residences",
                        to="residents.person",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="household",
            index=models.Index(fields=["ref"], name="residents_h_ref_88751c_idx"),
        ),
        migrations.AddIndex(
            model_name="household",
            index=models.Index(fields=["area_path"], name="residents_h_area_pa_76054a_idx"),
        ),
        migrations.AddConstraint(
            model_name="household",
            constraint=models.UniqueConstraint(fields=("area", "ref"), name="household_once_a_compound"),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["area_path", "id"], name="person_by_place"),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["name_hash", "area_path"], name="person_by_name"),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                condition=models.Q(("id_number_hash", None), _negated=True),
                fields=["id_number_hash"],
                name="person_by_id_number",
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                condition=models.Q(("phone_hash", None), _negated=True), fields=["phone_hash"], name="person_by_phone"
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                condition=models.Q(("needs", []), _negated=True), fields=["area_path", "id"], name="person_in_need"
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.UniqueConstraint(fields=("ref",), name="person_once"),
        ),
        migrations.AddConstraint(
            model_name="relation",
            constraint=models.UniqueConstraint(fields=("person", "guardian", "kind"), name="relation_once"),
        ),
        migrations.AddIndex(
            model_name="residence",
            index=models.Index(fields=["person", "until_day"], name="residents_r_person__83e2a9_idx"),
        ),
    ]
