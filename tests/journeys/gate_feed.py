"""A status feed of a test's own, signed by the city's keys and served by the live server beside its real addresses."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path

from shouwang import access, clock
from shouwang.codes import code_keys, feed_documents, feed_paths
from shouwang.codes.feed_documents import Delta, Head, Snapshot, Stand
from shouwang.codes.status_list import StatusList

FILES: dict[str, bytes] = {}
"""By the last part of the address, after the capability."""


@access.public
def feed_file(request: HttpRequest, capability: str, name: str) -> HttpResponse:
    """One file of the feed, at the addresses that answer now."""
    if name not in FILES or capability not in feed_paths.live(clock.now()):
        raise Http404
    return HttpResponse(FILES[name], content_type="application/cose")


urlpatterns = [path("feed/v1/<str:capability>/<path:name>", feed_file), path("", include("shouwang.site.urls"))]
handler404 = "shouwang.site.pages.not_found"


@dataclass
class Feed:
    """Lists by number, each with its sequence; `tell` writes the head anew."""

    lists: dict[int, StatusList] = field(default_factory=dict)
    sequences: dict[int, int] = field(default_factory=dict)

    def open(self, number: int, statuses: dict[int, int]) -> None:
        """A list with a snapshot, as it stands in the morning."""
        made = self.lists[number] = StatusList()
        places = np.array(sorted(statuses), np.uint32)
        made.put(places, np.array([statuses[int(place)] for place in places], np.uint8))
        self.sequences[number] = 1
        self._snapshot(number)

    def change(self, number: int, place: int, status: int) -> None:
        """One person's status, as a delta from the sequence before."""
        told, since = self.lists[number], self.sequences[number]
        before = told.hash()
        where, what = np.array([place], np.uint32), np.array([status], np.uint8)
        told.put(where, what)
        self.sequences[number] = since + 1
        delta = Delta(_now(), number, since, since + 1, before, told.hash(), where, what)
        FILES[f"{number}/{since}-{since + 1}.delta"] = feed_documents.make_delta(code_keys.signer("status"), delta)
        self._snapshot(number)
        self.tell()

    def _snapshot(self, number: int) -> None:
        told = self.lists[number]
        stand = Stand(number, self.sequences[number], told.hash())
        made = Snapshot(_now(), _now() + 86400, stand, told.compressed())
        FILES[f"{number}/{stand.sequence}.snapshot"] = feed_documents.make_snapshot(code_keys.signer("status"), made)

    def tell(self, seconds_ago: int = 0) -> None:
        """The heartbeat, as of now or of some time ago."""
        stands = tuple(Stand(number, self.sequences[number], told.hash()) for number, told in self.lists.items())
        FILES["head"] = feed_documents.make_head(code_keys.signer("status"), Head(_now() - seconds_ago, stands))
        FILES["trust"] = code_keys.ring().trust_list()


def _now() -> int:
    return int(clock.now().timestamp())
