"""Fetching the published data sets, with their hashes checked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..errors import DataError


@dataclass(frozen=True)
class Download:
    """A file to fetch: where from, where to, and its SHA-256 if one is known."""

    name: str
    url: str
    page: str
    target: str
    sha256: str | None


#: The SAFE-DB digest is that of the published file. No digest of the SocialFX file is known to this project: the one
#: that is found is printed, for the user's own records.
DOWNLOADS = (
    Download(
        name="safe-db",
        url="http://www.semanticaudio.co.uk/datasets/data/SAFEEqualiserUserData.csv",
        page="http://www.semanticaudio.co.uk/datasets/data/",
        target="safe-db/SAFEEqualiserUserData.csv",
        sha256="cc43858680115070ffdfa41a1158fca1344db2e0096ba73fe68990e90a284af1",
    ),
    Download(
        name="socialfx",
        url="https://huggingface.co/datasets/seungheondoh/socialfx-original/resolve/main/data/eq-00000-of-00001.parquet",
        page="https://huggingface.co/datasets/seungheondoh/socialfx-original",
        target="socialfx/eq-00000-of-00001.parquet",
        sha256=None,
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
            known_hash=f"sha256:{download.sha256}" if download.sha256 else None,
            fname=target.name,
            path=target.parent,
            progressbar=False,
        )
    except ValueError as error:
        raise DataError(f"{download.name}: the file at {download.url} is not the published one; {by_hand}") from error
    except (OSError, ConnectionError) as error:
        raise DataError(f"{download.name}: {download.url} cannot be reached; {by_hand}") from error
    return Path(found), pooch.file_hash(found)
