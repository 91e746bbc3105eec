"""Batches: files, folders and globs through one EQ, in one thread, in several, or on a Dask cluster."""

from .planning import Plan, lay_out
from .process import in_order, process_files, process_setting, run
from .report import advice, as_data, preview, table
from .request import DEFAULT_CEILING_DBTP, BatchError, Existing, Group, Job, Outcome, Request
from .stream import render_stream
from .worker import opened

__all__ = [
    "DEFAULT_CEILING_DBTP",
    "BatchError",
    "Existing",
    "Group",
    "Job",
    "Outcome",
    "Plan",
    "Request",
    "advice",
    "as_data",
    "in_order",
    "lay_out",
    "opened",
    "preview",
    "process_files",
    "process_setting",
    "render_stream",
    "run",
    "table",
]
