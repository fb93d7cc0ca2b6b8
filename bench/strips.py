"""How many codes a second residents' phones draw through HTTP, signed, a day ahead, beside bare signing.

    .venv/bin/python bench/strips.py [--seconds 10] [--phones 8]

Serves Shouwang by granian on a throw-away PostgreSQL. Signed-in residents fetch their page, as their phone does
once a day: it holds 24 hours of codes, drawn as pictures, and what they mean. A gate never asks.
"""

from __future__ import annotations

import argparse
import http.client
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "bench")]
PORT = 8795
FAMILIES, SIZE = 400, 3


def prepare() -> list[str]:
    """Families with a home, and for one of each the session of a phone."""
    from shouwang.codes import holders
    from shouwang.health.tests.places import house, plant
    from shouwang.residents import consent, own_access
    from shouwang.residents.models import Household, Person

    tree = plant()
    found = list(house(tree["X1"], [f"B{number}" for number in range(FAMILIES * SIZE)]).values())
    homes = Household.objects.bulk_create(
        Household(ref=f"H{number}", area=tree["X1"], area_path=tree["X1"].path) for number in range(FAMILIES)
    )
    for number, person in enumerate(found):
        person.household = homes[number // SIZE]
    Person.objects.bulk_update(found, ["household"], batch_size=500)
    holders.places_of([person.pk for person in found], 20_000)
    tokens, version, actor = [], consent.current_version(), own_access.actor
    for person in found[::SIZE]:
        consent.say(person, consent.PAGE, True, by_person=person, version=version, language="zh", by=actor(person))
        tokens.append(own_access._begin(person, "bench"))
    return tokens


def asked(tokens: list[str], until: float) -> tuple[int, int]:
    """Pages fetched and codes in them until a moment, over one kept connection."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
    pages = codes = number = 0
    while time.perf_counter() < until:
        connection.request("GET", "/my/", headers={"Cookie": f"shouwang_my={tokens[number % len(tokens)]}"})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{answer.status}: {answer.headers.get('Location')} {body[:300]!r}")
        pages, codes, number = pages + 1, codes + body.count(b"data-begins="), number + 1
    return pages, codes


def bare(seconds: float) -> float:
    """Signatures a second on one core, and nothing else."""
    from cryptography.hazmat.primitives.asymmetric import ec

    from shouwang.codes import cose

    key, count, began = ec.generate_private_key(ec.SECP256R1()), 0, time.process_time()
    while time.process_time() - began < seconds:
        key.sign(b"x" * 60, cose.ECDSA)
        count += 1
    return count / (time.process_time() - began)


def main() -> None:
    """Measure, print, clean up."""
    options = argparse.ArgumentParser()
    options.add_argument("--seconds", type=float, default=10)
    options.add_argument("--phones", type=int, default=8)
    given = options.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="shouwang-bench-"))
    web: subprocess.Popen[bytes] | None = None
    from shouwang.site import postgres

    try:
        database = postgres.ensure_running(folder, stop_at_exit=False)
        environment = {
            **os.environ, "SHOUWANG_DATA_DIR": str(folder), "DATABASE_URL": database.url, "SHOUWANG_PORT": str(PORT),
            "DJANGO_SETTINGS_MODULE": "shouwang.site.settings", "SHOUWANG_LOG_LEVEL": "warning",
        }  # fmt: skip
        os.environ.update(environment)
        import django

        django.setup()
        import psutil
        from django.core.management import call_command
        from passages import waited

        call_command("migrate", verbosity=0)
        tokens = prepare()
        web = subprocess.Popen([sys.executable, "-m", "shouwang.site.web"], env=environment)
        waited(PORT)
        asked(tokens[:20], time.perf_counter() + 2)
        server = psutil.Process(web.pid)

        def used() -> float:
            return sum(sum(each.cpu_times()[:2]) for each in [server, *server.children(recursive=True)])

        before, began = used(), time.perf_counter()
        with ThreadPoolExecutor(given.phones) as phones:
            share = [tokens[number :: given.phones] for number in range(given.phones)]
            told = list(phones.map(lambda some: asked(some, began + given.seconds), share))
        took, processor = time.perf_counter() - began, used() - before
        pages, codes = (sum(one[place] for one in told) for place in (0, 1))
        alone = bare(2)
        print(f"pages with a day of codes: {pages / took:,.1f}/s, {codes / pages:.0f} codes each")
        each = processor / codes * 1e6
        print(f"codes through HTTP: {codes / took:,.0f}/s on two cores; {each:,.0f} us of processor time each")
        print(f"limit, bare signatures on one core: {alone:,.0f}/s, {1e6 / alone:,.0f} us each")
    finally:
        if web is not None:
            web.terminate()
            web.wait()
        postgres.stop(folder)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
