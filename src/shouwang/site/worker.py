"""The job worker's process: `python -m shouwang.site.worker` does what is in the queue. Started by `shouwang up`."""

import asyncio
import os

import django
import procrastinate
import structlog
from procrastinate.contrib.django import app

from shouwang.site import children

HEARTBEAT_SECONDS = 5.0
STALLED_SECONDS = 20.0  # silent for this long, a worker counts as dead and its jobs are done again
GRACE_SECONDS = 4.0

log = structlog.get_logger("shouwang.worker")


async def _take_over_from_the_dead(app: procrastinate.App) -> None:
    """Put jobs of workers that were killed back into the queue: each may run again with the same result."""
    while True:
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
            log.warning("doing again a job whose worker died", job=job.id, task=job.task_name)
            await app.job_manager.retry_job(job)
        await asyncio.sleep(HEARTBEAT_SECONDS)


async def _work() -> None:
    connector = app.connector.get_worker_connector()
    with app.replace_connector(connector) as working:
        async with working.open_async():
            rescue = asyncio.create_task(_take_over_from_the_dead(working))
            work = asyncio.create_task(
                working.run_worker_async(
                    name="shouwang",
                    concurrency=1,
                    update_heartbeat_interval=HEARTBEAT_SECONDS,
                    stalled_worker_timeout=STALLED_SECONDS,
                    shutdown_graceful_timeout=GRACE_SECONDS,
                )
            )
            # Either ends only by being told to stop or by losing the database; `up` starts us again after the latter.
            done, left = await asyncio.wait({rescue, work}, return_when=asyncio.FIRST_COMPLETED)
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
            for task in done:
                task.result()


def main() -> None:
    """Work until told to stop; a job that is still running then is put back into the queue."""
    children.die_with_up()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shouwang.site.settings")
    django.setup()
    asyncio.run(_work())


if __name__ == "__main__":
    main()
