"""The page's libraries are those of npm, in the pinned versions."""

import base64
import hashlib
import re

import pytest

from semeq.desk.content_policy import WAVESURFER_STYLE
from semeq.desk.vendor import LIBRARIES, VENDOR_FOLDER, VendorError, archive, vendored


@pytest.mark.slow
def test_the_libraries_are_what_npm_gives():
    try:
        files = vendored()
    except VendorError as error:
        if "another archive" in str(error):
            raise
        pytest.skip(str(error))
    assert set(files) == {path.name for path in VENDOR_FOLDER.iterdir()}
    for name, content in files.items():
        assert (VENDOR_FOLDER / name).read_bytes() == content, f"{name}: make page-libraries"


@pytest.mark.slow
def test_another_archive_is_refused(tmp_path):
    library = LIBRARIES[0]
    with pytest.raises(VendorError) as caught:
        archive(library.name, library.version, "A" * 86 + "==", tmp_path)
    if "another archive" not in str(caught.value):
        pytest.skip(str(caught.value))


def test_every_library_has_its_licence():
    text = (VENDOR_FOLDER / "licences.txt").read_text(encoding="utf-8")
    for library in LIBRARIES:
        assert f"{library.name} {library.version}" in text
    assert text.count("opyright") >= len(LIBRARIES)


def test_the_policy_allows_the_very_style_that_wavesurfer_writes():
    source = (VENDOR_FOLDER / "wavesurfer.js").read_text(encoding="utf-8")
    music = (VENDOR_FOLDER.parent / "music.js").read_text(encoding="utf-8")
    height = re.search(r"WAVE_PX = (\d+)", music)[1]
    style = re.search(r'<style\$\{i\?` nonce="\$\{i\}"`:""\}>(.*?)</style>', source, re.S)[1]
    style = re.sub(r"\$\{this\.getHeight\(.*?\)\}", height, style).replace("\\n", "\n")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"sha256-{digest}" == WAVESURFER_STYLE
