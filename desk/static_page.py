"""The page as static files, with the model in them: no server, no network, any web space."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from semeq.files import write_whole
from semeq.words import Decoder, Vocabulary

from .content_policy import CONTENT_SECURITY_POLICY
from .errors import DeskError
from .page_model import page_model

PAGE_FOLDER = Path(__file__).parent / "page"
_INDEX = "index.html"
_FIRST = '<meta charset="utf-8">'


def write_page(decoder: Decoder, vocabulary: Vocabulary, out: Path) -> tuple[Path, ...]:
    """Write the page into a folder, which is made; files of ours that are there are replaced.

    Returns
    -------
    tuple of Path
        What was written.

    Raises
    ------
    DeskError
        The folder holds something that is not the page, or cannot be written to.
    """
    model = page_model(decoder, vocabulary)
    try:
        if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not _is_ours(out))):
            raise DeskError(f"{out} holds something else; choose an empty folder")
        out.mkdir(parents=True, exist_ok=True)
        written = []
        for path in sorted(PAGE_FOLDER.rglob("*")):
            if path.is_file():
                target = out / path.relative_to(PAGE_FOLDER)
                target.parent.mkdir(exist_ok=True)
                shutil.copyfile(path, target)
                written.append(target)
        # A web space sends headers of its own, so the policy stands in the page.
        index = (PAGE_FOLDER / _INDEX).read_text(encoding="utf-8")
        policy = f'<meta http-equiv="Content-Security-Policy" content="{CONTENT_SECURITY_POLICY}">'
        write_whole(out / _INDEX, index.replace(_FIRST, f"{_FIRST}\n  {policy}", 1))
        described = json.dumps({"server": False, "live": False})
        for name, content in (
            ("desk.json", described.encode()),
            ("model.json", model.json),
            ("model.bin", model.numbers),
        ):
            write_whole(out / name, content)
            written.append(out / name)
    except OSError as error:
        raise DeskError(f"{error.filename or out}: cannot be written ({error.strerror or error})") from None
    return tuple(written)


def _is_ours(folder: Path) -> bool:
    return (folder / _INDEX).is_file() and (folder / "desk.json").is_file() and os.access(folder, os.W_OK)
