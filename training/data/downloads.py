"""Fetching the published data sets, with their hashes checked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..errors import DataError
from .readers import SAFE_DB_FILE, SOCIALFX_FILE


@dataclass(frozen=True)
class Download:
    """A file to fetch: where from, where to, and the SHA-256 it must have."""

    name: str
    url: str
    page: str
    target: str
    sha256: str


#: Targets are the names that `locate_data` looks for. The digests are of the published files.
DOWNLOADS = (
    Download(
        name="safe-db",
        url="http://www.semanticaudio.co.uk/datasets/data/SAFEEqualiserUserData.csv",
        page="http://www.semanticaudio.co.uk/datasets/data/",
        target=f"safe-db/{SAFE_DB_FILE}",
        sha256="cc43858680115070ffdfa41a1158fca1344db2e0096ba73fe68990e90a284af1",
    ),
    Download(
        name="socialfx",
        url="https://raw.githubusercontent.com/interactiveaudiolab/audealize_api/"
        "a95eba394e704586db77868a5924b6126064afb0/static/data/eqdescriptors.json",
        page="https://github.com/interactiveaudiolab/audealize_api/tree/master/static/data",
        target=f"socialfx/{SOCIALFX_FILE}",
        sha256="640c196665e251b72df9e199ead06dfa1f352a5f09de28de2de7e1e8f9fb7353",
    ),
)


def fetch(download: Download, folder: Path) -> tuple[Path, str]:
    """Fetch a file into `folder` unless it is there already; returns its path and SHA-256.

    Raises
    ------
    DataError
        Without a network or with another hash, saying what to do by hand.
    """
    import pooch

    target = folder / download.target
    by_hand = f"download it from {download.page} and save it as {target}"
    try:
        found = pooch.retrieve(
            download.url,
            known_hash=f"sha256:{download.sha256}",
            fname=target.name,
            path=target.parent,
            progressbar=False,
        )
    except ValueError as error:
        raise DataError(f"{download.name}: the file at {download.url} is not the published one; {by_hand}") from error
    except (OSError, ConnectionError) as error:
        raise DataError(f"{download.name}: {download.url} cannot be reached; {by_hand}") from error
    return Path(found), pooch.file_hash(found)
