"""The page's libraries, from npm: pinned versions, checked, with licences. Run by ``make page-libraries``."""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

VENDOR_FOLDER = Path(__file__).parent / "page" / "vendor"
LICENCES_FILE = "licences.txt"


@dataclass(frozen=True)
class Library:
    """A package of npm: its version, the SHA-512 of its archive, and the page's files by those of the package."""

    name: str
    version: str
    sha512: str
    files: dict[str, str]
    about: str


LIBRARIES = (
    Library(
        "d3-delaunay",
        "6.0.4",
        "mdjtIZ1XLAM8bm/hx3WwjfHt6Sggek7qH043O8KEjDXN40xi3vx/6pYSVTwLjEgiXQTbvaouWKynLBiUZ6SK6A==",
        {"dist/d3-delaunay.min.js": "d3-delaunay.js"},
        "ISC; its bundle holds delaunator (ISC) and robust-predicates (Unlicense) by Volodymyr Agafonkin",
    ),
    Library(
        "wavesurfer.js",
        "8.0.1",
        "h0OnRWSVTqIYLSw3/IVrBtsun/xw9L5u4FA3bjfSDTFMX/xswVWS1JwK4fFu3ulmxRUSHg8zQORl6zENG983eg==",
        {"dist/wavesurfer.esm.js": "wavesurfer.js", "dist/plugins/regions.esm.js": "regions.js"},
        "BSD-3-Clause",
    ),
)


class VendorError(Exception):
    """npm is not there, cannot reach its registry, or gave another archive than the pinned one."""


def archive(name: str, version: str, sha512: str, folder: Path) -> Path:
    """Download a package's archive into `folder`, with npm. Raises `VendorError`."""
    npm = shutil.which("npm")
    if npm is None:
        raise VendorError("npm is not installed")
    command = [npm, "pack", "--silent", "--pack-destination", str(folder), f"{name}@{version}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, timeout=120)
    path = folder / f"{name}-{version}.tgz"
    if done.returncode or not path.is_file():
        reason = (done.stderr.strip().splitlines() or ["no archive"])[-1]
        raise VendorError(f"npm cannot get {name} {version}: {reason}")
    found = base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()
    if found != sha512:
        raise VendorError(f"{name} {version} is another archive than the pinned one: sha512-{found}")
    return path


def members(path: Path, names: list[str]) -> list[bytes]:
    """The content of files of a package's archive. Raises `VendorError` where one is missing."""
    with tarfile.open(path) as tar:
        found = []
        for name in names:
            try:
                file = tar.extractfile(f"package/{name}")
            except KeyError:
                file = None
            if file is None:
                raise VendorError(f"{path.name} has no {name}")
            found.append(file.read())
        return found


def vendored() -> dict[str, bytes]:
    """The files of `VENDOR_FOLDER` as npm gives them. Raises `VendorError`."""
    made: dict[str, bytes] = {}
    licences = []
    with tempfile.TemporaryDirectory() as folder:
        for library in LIBRARIES:
            path = archive(library.name, library.version, library.sha512, Path(folder))
            contents = members(path, [*library.files, "LICENSE"])
            # The maps that the last line of some files points to are not here.
            lines = [content.decode().partition("//# sourceMappingURL")[0].rstrip() + "\n" for content in contents[:-1]]
            made |= dict(zip(library.files.values(), (text.encode() for text in lines), strict=True))
            licences.append(f"{library.name} {library.version}: {library.about}\n\n{contents[-1].decode().strip()}\n")
    made[LICENCES_FILE] = ("\n" + "-" * 80 + "\n\n").join(licences).encode()
    return made


def write_vendored() -> None:
    """Write them. Raises `VendorError`."""
    files = vendored()
    VENDOR_FOLDER.mkdir(exist_ok=True)
    for name, content in files.items():
        (VENDOR_FOLDER / name).write_bytes(content)


if __name__ == "__main__":
    write_vendored()
