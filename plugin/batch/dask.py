"""The same batch on a Dask cluster: one task for each group, over files that every worker sees under the same path.

A task whose worker dies is given to another one. It renders the same bytes, so what the dead one completed is as good.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Generator, Sequence
from dataclasses import replace
from pathlib import Path

from .request import BatchError, Group, Outcome, Request

_ADDRESS = re.compile(r"((tcp|tls|ws|wss)://)?(\[[\da-fA-F:]+\]|[\w.-]+):\d{1,5}")
_CONNECT_S = 5
_FIRST_WORKER_S = 10


def run_dask(
    groups: Sequence[Group], request: Request, address: str
) -> Generator[tuple[int, list[Outcome]], None, None]:
    """Render groups on the cluster of the scheduler at `address`; yield each with its number as it is done.

    Raises
    ------
    BatchError
        The extra is not installed, nobody answers, or there are no workers.
    """
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise BatchError("--dask needs an extra package; install it with: pip install 'semeq[dask]'") from None
    if not _ADDRESS.fullmatch(address):
        raise BatchError(f"{address!r} is not an address of a Dask scheduler; write it as tcp://127.0.0.1:8786")
    from .worker import failed, work

    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters is said below, in one line
    try:
        client = Client(address, timeout=_CONNECT_S, set_as_default=False)
    except (OSError, asyncio.TimeoutError, ValueError) as error:
        raise BatchError(f"no Dask scheduler answers at {address} ({_first_line(error)})") from None
    try:
        try:
            client.wait_for_workers(1, timeout=_FIRST_WORKER_S)
        except (TimeoutError, asyncio.TimeoutError):  # two classes before Python 3.11
            raise BatchError(f"the Dask scheduler at {address} has no workers; start some with: dask worker") from None
        model = str(Path(request.model).absolute()) if request.model and Path(request.model).exists() else request.model
        request = replace(request, model=model)
        futures = {
            client.submit(work, _absolute(group), request, pure=False, retries=1): number
            for number, group in enumerate(groups)
        }
        for future in as_completed(futures, loop=client.loop):
            number = futures[future]
            try:
                outcomes = _renamed(future.result(), groups[number])
            except Exception as error:  # whatever a worker of another installation may raise
                outcomes = failed(groups[number], f"the Dask cluster did not render it ({_first_line(error)})")
            yield number, outcomes
    finally:
        client.close(timeout=_CONNECT_S)


def _absolute(group: Group) -> Group:
    """The group with paths that mean the same in another process's folder."""
    return Group(
        tuple(
            replace(
                job,
                source=job.source.absolute(),
                output=job.output.absolute(),
                before=None if job.before is None else job.before.absolute(),
            )
            for job in group.jobs
        )
    )


def _renamed(outcomes: list[Outcome], group: Group) -> list[Outcome]:
    """The outcomes with the names that the user gave."""
    given = {job.source.absolute(): job for job in group.jobs}
    named = []
    for outcome in outcomes:
        job = given[outcome.source]
        rendered = outcome.rendered and replace(outcome.rendered, source=job.source, output=job.output)
        before = outcome.before and replace(outcome.before, source=job.source, output=job.before or job.output)
        error = outcome.error.replace(str(outcome.source), str(job.source))
        named.append(
            replace(outcome, source=job.source, output=job.output, rendered=rendered, before=before, error=error)
        )
    return named


def _first_line(error: BaseException) -> str:
    text = str(error).strip()
    return text.splitlines()[0] if text else type(error).__name__
