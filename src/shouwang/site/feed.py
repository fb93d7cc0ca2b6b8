"""The status feed's process: `python -m shouwang.site.feed` writes what gates poll. Started by `shouwang up`."""

import os
import signal
import time

import django

from shouwang.site import children

LOOK_SECONDS = 0.25


def main() -> None:
    """Write until told to stop. Whatever goes wrong ends the process: `up` starts it again, and it asks the rows."""
    children.die_with_up()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shouwang.site.settings")
    django.setup()
    from shouwang.codes.feed import Feed

    told: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda came, _frame: told.append(came))
    feed = Feed()
    while not told:
        feed.tick()
        time.sleep(LOOK_SECONDS)
    feed.close()


if __name__ == "__main__":
    main()
