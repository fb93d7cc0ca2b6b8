import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

PASSAGES = """
create table gates_passage (
    id uuid not null,
    day date not null,
    gate_id bigint not null,
    area_path text collate "C" not null,
    device_id bigint not null,
    at timestamptz not null,
    offset_ms bigint not null,
    received_at timestamptz not null,
    direction text not null,
    kind text not null,
    list integer,
    idx integer,
    cti text,
    "row" bigint,
    temperature numeric(4, 1),
    second_temperature numeric(4, 1),
    mask boolean,
    identity boolean,
    verdict text not null,
    reason text not null,
    feed_sequence bigint,
    policy_version text,
    guard bigint,
    overridden boolean not null,
    detail jsonb,
    differs boolean not null,
    content bigint not null,
    primary key (day, id)
) partition by range (day);
create index gates_passage_at_gate on gates_passage (gate_id, at);
create index gates_passage_index on gates_passage (idx) where idx is not null;
create index gates_passage_received on gates_passage using brin (received_at) with (pages_per_range = 16);
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("areas", "0002_guards"),
        ("residents", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Passage",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "day", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.UUIDField()),
                ("day", models.DateField()),
                ("area_path", models.TextField(db_collation="C")),
                ("at", models.DateTimeField()),
                ("offset_ms", models.BigIntegerField()),
                ("received_at", models.DateTimeField()),
                ("direction", models.TextField(choices=[("in", "in"), ("out", "out")])),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("strip", "code on a phone"),
                            ("card", "printed card"),
                            ("family", "family code"),
                            ("roster", "list of residents"),
                            ("lookup", "look-up by ID number"),
                            ("visitor", "visitor"),
                            ("vehicle", "vehicle"),
                            ("delivery", "delivery"),
                        ]
                    ),
                ),
                ("list", models.IntegerField(null=True)),
                ("idx", models.IntegerField(null=True)),
                ("cti", models.TextField(null=True)),
                ("row", models.BigIntegerField(null=True)),
                ("temperature", models.DecimalField(decimal_places=1, max_digits=4, null=True)),
                ("second_temperature", models.DecimalField(decimal_places=1, max_digits=4, null=True)),
                ("mask", models.BooleanField(null=True)),
                ("identity", models.BooleanField(null=True)),
                (
                    "verdict",
                    models.TextField(
                        choices=[("pass", "pass"), ("refuse", "refuse"), ("hold", "hold"), ("check", "check")]
                    ),
                ),
                ("reason", models.TextField()),
                ("feed_sequence", models.BigIntegerField(null=True)),
                ("policy_version", models.TextField(null=True)),
                ("guard", models.BigIntegerField(null=True)),
                ("overridden", models.BooleanField()),
                ("detail", models.JSONField(null=True)),
                ("differs", models.BooleanField()),
                ("content", models.BigIntegerField()),
            ],
            options={
                "db_table": "gates_passage",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Device",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("area_path", models.TextField(db_collation="C")),
                ("name", models.TextField()),
                ("token_hash", models.BinaryField(unique=True)),
                ("enrolled_at", models.DateTimeField()),
                ("enrolled_by", models.TextField()),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                ("revoked_by", models.TextField(blank=True)),
                ("revoked_why", models.TextField(blank=True)),
                ("last_seen_at", models.DateTimeField(null=True)),
                ("unsent", models.IntegerField(null=True)),
                ("feed_sequence", models.BigIntegerField(null=True)),
                ("app_version", models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name="Watermark",
            fields=[
                ("job", models.TextField(primary_key=True, serialize=False)),
                ("received_until", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Gate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("area_path", models.TextField(db_collation="C")),
                ("name", models.TextField()),
                ("since", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "area",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gates",
                        to="areas.area",
                    ),
                ),
                (
                    "entrance",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="gate", to="areas.entrance"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Flag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("same_code", "one code at two gates within minutes"),
                            ("verdict_differs", "the server would have decided otherwise"),
                            ("content_differs", "sent twice with different content"),
                        ]
                    ),
                ),
                ("area_path", models.TextField(db_collation="C")),
                ("passage", models.UUIDField()),
                ("passage_day", models.DateField()),
                ("other_passage", models.UUIDField(null=True)),
                ("at", models.DateTimeField()),
                ("detail", models.JSONField(default=dict)),
                ("made_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField(null=True)),
                ("seen_by", models.TextField(blank=True)),
                ("outcome", models.TextField(blank=True)),
                (
                    "gate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="flags", to="gates.gate"
                    ),
                ),
                (
                    "other_gate",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="gates.gate"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="EnrolmentCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("area_path", models.TextField(db_collation="C")),
                ("code_hash", models.BinaryField(unique=True)),
                ("device_name", models.TextField()),
                ("device_expires_at", models.DateTimeField()),
                ("made_at", models.DateTimeField()),
                ("made_by", models.TextField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "device",
                    models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, to="gates.device"),
                ),
                (
                    "gate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="enrolment_codes", to="gates.gate"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="device",
            name="gate",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="devices", to="gates.gate"
            ),
        ),
        migrations.CreateModel(
            name="GuardPin",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("area_path", models.TextField(db_collation="C")),
                ("salt", models.BinaryField()),
                ("iterations", models.IntegerField()),
                ("hash", models.BinaryField()),
                ("set_at", models.DateTimeField()),
                ("set_by", models.TextField()),
                ("failures", models.IntegerField(default=0)),
                ("locked_until", models.DateTimeField(null=True)),
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="guard_pin",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Incident",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("area_path", models.TextField(db_collation="C")),
                ("passage", models.UUIDField(db_index=True)),
                (
                    "step",
                    models.TextField(
                        choices=[
                            ("first_reading", "first reading"),
                            ("second_reading", "second reading"),
                            ("held", "held apart"),
                            ("called", "community called"),
                            ("transferred", "transferred"),
                            ("released", "let go"),
                        ]
                    ),
                ),
                ("at", models.DateTimeField()),
                ("temperature", models.DecimalField(decimal_places=1, max_digits=4, null=True)),
                ("note", models.TextField(blank=True)),
                ("received_at", models.DateTimeField()),
                ("device", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="gates.device")),
                (
                    "gate",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="incidents",
                        to="gates.gate",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Lookup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("area_path", models.TextField(db_collation="C")),
                ("at", models.DateTimeField()),
                ("found", models.BooleanField()),
                (
                    "device",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="gates.device"),
                ),
                (
                    "gate",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="gates.gate"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PassageCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("area_path", models.TextField(db_collation="C")),
                ("day", models.DateField()),
                ("hour", models.SmallIntegerField()),
                ("direction", models.TextField()),
                ("kind", models.TextField()),
                ("verdict", models.TextField()),
                ("reason", models.TextField()),
                ("overridden", models.BooleanField()),
                ("count", models.BigIntegerField()),
                (
                    "gate",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="counts",
                        to="gates.gate",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Permit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("area_path", models.TextField(db_collation="C")),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("resident", "resident's pass"),
                            ("special_duty", "special duty"),
                            ("visitor", "visitor"),
                            ("one_off", "one errand"),
                            ("move_out", "moving out"),
                        ]
                    ),
                ),
                ("phone_hash", models.TextField(blank=True)),
                ("plate", models.TextField(blank=True)),
                (
                    "directions",
                    models.TextField(choices=[("both", "both"), ("in", "in"), ("out", "out")], default="both"),
                ),
                ("purpose", models.TextField(blank=True)),
                ("quota", models.IntegerField(null=True)),
                ("interval_hours", models.IntegerField(default=0)),
                ("windows", models.JSONField(default=list)),
                ("stay_minutes", models.IntegerField(default=0)),
                ("confined", models.BooleanField(default=False)),
                ("from_at", models.DateTimeField()),
                ("until_at", models.DateTimeField(null=True)),
                ("why", models.TextField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("area", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="areas.area")),
                (
                    "host",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="residents.household",
                    ),
                ),
                (
                    "household",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="permits",
                        to="residents.household",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="permits",
                        to="residents.person",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PermitStatus",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("area_path", models.TextField(db_collation="C")),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("asked", "asked for"),
                            ("approved", "approved"),
                            ("refused", "refused"),
                            ("ended", "ended"),
                        ]
                    ),
                ),
                ("at", models.DateTimeField()),
                ("by", models.TextField()),
                ("role", models.TextField(blank=True)),
                ("why", models.TextField(blank=True)),
                (
                    "permit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="statuses", to="gates.permit"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Quarantine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("area_path", models.TextField(db_collation="C")),
                ("item", models.TextField()),
                ("item_hash", models.BinaryField()),
                ("reason", models.TextField()),
                ("detail", models.TextField(blank=True)),
                ("received_at", models.DateTimeField()),
                ("device", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="gates.device")),
                ("gate", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="gates.gate")),
            ],
        ),
        migrations.CreateModel(
            name="ShiftEvent",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("area_path", models.TextField(db_collation="C")),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("check_in", "guard checked in"),
                            ("check_out", "guard checked out"),
                            ("hand_over", "handed over"),
                            ("thermometer_broken", "thermometer broken"),
                            ("phone_lost", "phone lost"),
                            ("unattended", "gate found unattended"),
                            ("wrong_pin", "wrong PIN"),
                        ]
                    ),
                ),
                ("at", models.DateTimeField()),
                ("detail", models.TextField(blank=True)),
                ("received_at", models.DateTimeField()),
                (
                    "device",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="gates.device"),
                ),
                (
                    "gate",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shift_events",
                        to="gates.gate",
                    ),
                ),
                (
                    "guard",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shift_events",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Confinement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("area_path", models.TextField(db_collation="C")),
                ("dwelling", models.TextField(blank=True)),
                ("from_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("why", models.TextField()),
                ("by", models.TextField()),
                ("ended_by", models.TextField(blank=True)),
                ("area", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="areas.area")),
                (
                    "household",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="confinements",
                        to="residents.household",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["area_path", "-from_at"], name="gates_confi_area_pa_df74bd_idx")],
            },
        ),
        migrations.AddIndex(
            model_name="gate",
            index=models.Index(fields=["area_path"], name="gates_gate_area_pa_2012cb_idx"),
        ),
        migrations.AddIndex(
            model_name="gate",
            index=models.Index(fields=["area"], name="gates_gate_area_id_333fa6_idx"),
        ),
        migrations.AddIndex(
            model_name="flag",
            index=models.Index(fields=["area_path", "-at"], name="gates_flag_area_pa_08e86a_idx"),
        ),
        migrations.AddIndex(
            model_name="flag",
            index=models.Index(condition=models.Q(("seen_at", None)), fields=["area_path", "at"], name="flag_open"),
        ),
        migrations.AddConstraint(
            model_name="flag",
            constraint=models.UniqueConstraint(
                fields=("kind", "passage", "other_passage"), name="flag_once", nulls_distinct=False
            ),
        ),
        migrations.AddIndex(
            model_name="device",
            index=models.Index(fields=["area_path"], name="gates_devic_area_pa_820858_idx"),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(fields=["gate", "-at"], name="gates_incid_gate_id_18e101_idx"),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(fields=["area_path", "-at"], name="gates_incid_area_pa_15b089_idx"),
        ),
        migrations.AddIndex(
            model_name="lookup",
            index=models.Index(fields=["device", "at"], name="gates_looku_device__edce88_idx"),
        ),
        migrations.AddIndex(
            model_name="passagecount",
            index=models.Index(fields=["day", "area_path"], name="gates_passa_day_ce221b_idx"),
        ),
        migrations.AddConstraint(
            model_name="passagecount",
            constraint=models.UniqueConstraint(
                fields=("gate", "day", "hour", "direction", "kind", "verdict", "reason", "overridden"),
                name="one_count_an_hour",
            ),
        ),
        migrations.AddIndex(
            model_name="permit",
            index=models.Index(fields=["area_path", "-from_at"], name="gates_permi_area_pa_4c5442_idx"),
        ),
        migrations.AddIndex(
            model_name="quarantine",
            index=models.Index(fields=["area_path", "-received_at"], name="gates_quara_area_pa_a11079_idx"),
        ),
        migrations.AddIndex(
            model_name="quarantine",
            index=models.Index(fields=["received_at"], name="gates_quara_receive_8037a3_idx"),
        ),
        migrations.AddConstraint(
            model_name="quarantine",
            constraint=models.UniqueConstraint(fields=("gate", "item_hash"), name="quarantined_once"),
        ),
        migrations.AddIndex(
            model_name="shiftevent",
            index=models.Index(fields=["gate", "-at"], name="gates_shift_gate_id_90cc57_idx"),
        ),
        migrations.AddIndex(
            model_name="shiftevent",
            index=models.Index(fields=["area_path", "-at"], name="gates_shift_area_pa_fb2f54_idx"),
        ),
        migrations.RunSQL(PASSAGES, "drop table gates_passage"),
    ]
