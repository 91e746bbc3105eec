"""Batches: files, folders and globs through one EQ, in this process, in several, or on a Dask cluster."""

from ..errors import BatchError
from .planning import Plan, lay_out
from .process import in_order, process_files, run
from .request import DEFAULT_CEILING_DBTP, Existing, Group, Job, Outcome, Request

__all__ = [
    "DEFAULT_CEILING_DBTP",
    "BatchError",
    "Existing",
    "Group",
    "Job",
    "Outcome",
    "Plan",
    "Request",
    "in_order",
    "lay_out",
    "process_files",
    "run",
]
