# ruff: noqa: E501 - the peers stand here as a team would write them, in few lines
"""The peers of bench/passages.py: what a team would write first, with FastAPI and SQLAlchemy, and with Django and the
REST framework. Each looks up the token, checks every item, stores what is new and answers item by item, in a venv of
their own that is thrown away; the same two processes, the same database server, a table of their own with a unique key.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

TABLE = """
create table if not exists peer_{name} (
    id uuid primary key, gate_id bigint not null, device_id bigint not null, at timestamptz not null,
    received_at timestamptz not null, direction text not null, kind text not null, list int, idx int, cti text,
    temperature numeric(4, 1), mask boolean, identity boolean, verdict text not null, reason text not null,
    feed_sequence bigint, policy_version text, guard bigint);
create index if not exists peer_{name}_gate on peer_{name} (gate_id, at);
create index if not exists peer_{name}_idx on peer_{name} (idx);
"""

FASTAPI = """
import hashlib, os
from datetime import datetime, timezone
from decimal import Decimal
from uuid import UUID
from fastapi import FastAPI, Header, HTTPException
from pydantic import BaseModel
from sqlalchemy import Column, MetaData, Table, create_engine, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

engine = create_engine(os.environ["PEER_URL"].replace("postgresql://", "postgresql+psycopg://"), pool_size=8)
meta = MetaData()
passages = Table("peer_fastapi", meta, autoload_with=engine)
app = FastAPI()

class Traveller(BaseModel):
    kind: str
    list: int | None = None
    idx: int | None = None
    cti: str | None = None

class Passage(BaseModel):
    id: UUID
    at: datetime
    direction: str
    traveller: Traveller
    temperature: Decimal | None = None
    mask: bool | None = None
    identity: bool | None = None
    verdict: str
    reason: str
    feed_sequence: int | None = None
    policy_version: str | None = None
    guard: int | None = None

@app.get("/healthz")
def healthz(): return {}

@app.post("/passages")
def take(items: list[Passage], authorization: str = Header()):
    token = hashlib.sha256(authorization.removeprefix("Bearer ").encode()).digest()
    with Session(engine) as session:
        device = session.execute(text("select id, gate_id from gates_device where token_hash = :t and revoked_at is null"
            " and expires_at > now()"), {"t": token}).first()
        if device is None: raise HTTPException(401)
        now = datetime.now(timezone.utc)
        rows = [{"gate_id": device.gate_id, "device_id": device.id, "received_at": now, **one.traveller.model_dump(),
            **one.model_dump(exclude={"traveller"})} for one in items]
        stored = set(session.scalars(insert(passages).values(rows).on_conflict_do_nothing().returning(passages.c.id)))
        session.commit()
    return {"items": [{"id": one.id, "outcome": "stored" if one.id in stored else "duplicate"} for one in items]}
"""

DJANGO = """
import hashlib, os
from datetime import datetime, timezone
from urllib.parse import urlsplit
import django
from django.conf import settings
import psycopg
parts = psycopg.conninfo.conninfo_to_dict(os.environ["PEER_URL"])
settings.configure(SECRET_KEY="x", ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], USE_TZ=True, INSTALLED_APPS=["rest_framework"],
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", "NAME": parts["dbname"], "USER": parts.get("user", ""),
    "PASSWORD": parts.get("password", ""), "HOST": parts.get("host", ""), "PORT": parts.get("port", ""), "CONN_MAX_AGE": 600}},
    REST_FRAMEWORK={"DEFAULT_AUTHENTICATION_CLASSES": [], "UNAUTHENTICATED_USER": None})
django.setup()
from django.db import connection, models
from django.http import JsonResponse
from django.urls import path
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

class Passage(models.Model):
    id = models.UUIDField(primary_key=True)
    gate_id = models.BigIntegerField(); device_id = models.BigIntegerField()
    at = models.DateTimeField(); received_at = models.DateTimeField()
    direction = models.TextField(); kind = models.TextField()
    list = models.IntegerField(null=True); idx = models.IntegerField(null=True); cti = models.TextField(null=True)
    temperature = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    mask = models.BooleanField(null=True); identity = models.BooleanField(null=True)
    verdict = models.TextField(); reason = models.TextField(); feed_sequence = models.BigIntegerField(null=True)
    policy_version = models.TextField(null=True); guard = models.BigIntegerField(null=True)
    class Meta: app_label = "peer"; db_table = "peer_django"; managed = False

class TravellerIn(serializers.Serializer):
    kind = serializers.CharField(); list = serializers.IntegerField(allow_null=True)
    idx = serializers.IntegerField(allow_null=True); cti = serializers.CharField(allow_null=True)

class PassageIn(serializers.Serializer):
    id = serializers.UUIDField(); at = serializers.DateTimeField(); direction = serializers.CharField()
    traveller = TravellerIn(); temperature = serializers.DecimalField(max_digits=4, decimal_places=1, allow_null=True)
    mask = serializers.BooleanField(allow_null=True); identity = serializers.BooleanField(allow_null=True)
    verdict = serializers.CharField(); reason = serializers.CharField()
    feed_sequence = serializers.IntegerField(allow_null=True); policy_version = serializers.CharField(allow_null=True)
    guard = serializers.IntegerField(allow_null=True)

class Take(APIView):
    def post(self, request):
        token = hashlib.sha256(request.headers["Authorization"].removeprefix("Bearer ").encode()).digest()
        with connection.cursor() as cursor:
            cursor.execute("select id, gate_id from gates_device where token_hash = %s and revoked_at is null"
                " and expires_at > now()", [token])
            device = cursor.fetchone()
        if device is None: return Response(status=401)
        given = PassageIn(data=request.data, many=True); given.is_valid(raise_exception=True)
        now = datetime.now(timezone.utc); items = [dict(one) for one in given.validated_data]
        known = set(Passage.objects.filter(id__in=[one["id"] for one in items]).values_list("id", flat=True))
        Passage.objects.bulk_create([Passage(gate_id=device[1], device_id=device[0], received_at=now, **one.pop("traveller"),
            **one) for one in items if one["id"] not in known], ignore_conflicts=True)
        return Response({"items": [{"id": one["id"], "outcome": "duplicate" if one["id"] in known else "stored"} for one in items]})

urlpatterns = [path("passages", Take.as_view()), path("healthz", lambda request: JsonResponse({}))]
from django.core.wsgi import get_wsgi_application
app = get_wsgi_application()
"""

PACKAGES = ["fastapi", "sqlalchemy", "psycopg[binary]", "djangorestframework", "django>=5.2,<5.3", "granian"]


def peers(folder: Path, url: str) -> Iterator[tuple[str, int, subprocess.Popen[bytes]]]:
    """Make the venv, then serve each peer in turn: its name, its port, its process."""
    import psycopg

    venv = folder / "peers"
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    subprocess.run([str(venv / "bin/pip"), "install", "--quiet", *PACKAGES], check=True)
    for port, (name, source, interface) in enumerate(
        [("fastapi", FASTAPI, "asgi"), ("django", DJANGO, "wsgi")], start=8792
    ):
        (venv / f"peer_{name}.py").write_text(source, encoding="utf-8")
        with psycopg.connect(url) as connection:
            connection.execute(TABLE.format(name=name))
        threads = ["--blocking-threads", "4"] if interface == "wsgi" else []
        command = [
            str(venv / "bin/granian"),
            "--interface",
            interface,
            "--workers",
            "2",
            *threads,
            "--no-log",
            "--port",
        ]
        process = subprocess.Popen(
            [*command, str(port), f"peer_{name}:app"], cwd=venv, env={"PEER_URL": url, "PATH": "/usr/bin:/bin"}
        )
        yield name, port, process
