"""What a page has rendered and saved is what the commands make."""

from pathlib import Path

import pytest
import soundfile

from semeq.words import WordSpace

from .conftest import RATE_HZ
from .visitor import Socket, get, talk

aiohttp = pytest.importorskip("aiohttp")


SPACE = WordSpace.open()


def test_a_render_is_what_semeq_process_makes(served, tmp_path):
    from click.testing import CliRunner

    from semeq.plugin.cli import semeq

    async def conversation(client):
        async with Socket(client, served.address) as page:
            tracks = [track["track"] for track in page.hello["tracks"]]
            controls = {"semantic": "warm", "to": "airy", "morph": 0.3, "intensity": 1.2, "level_match": True}
            await page.send("render", tracks=tracks, controls=controls, stems=True, replace=True)
            done = await page.next("rendered", "wrong")
            assert done["type"] == "rendered", done
            return [file["output"] for file in done["files"]]

    outputs = talk(conversation)
    stems = [str(track.path) for track in served.desk.tracks]
    options = ["-s", "warm", "--to", "airy", "--morph", "0.3", "--intensity", "1.2", "--level-match", "--stems"]
    done = CliRunner().invoke(semeq, ["process", *stems, *options, "--out", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert len(outputs) == 2
    for output in outputs:
        assert Path(output).read_bytes() == (tmp_path / Path(output).name).read_bytes()


def test_a_setting_by_hand_is_rendered_as_it_is(served):
    import numpy as np

    from semeq.eq import Engine

    hand = np.array([3.0, 120, -4, 400, 1.2, 2, 2000, 0.8, 0, 5000, 1, -3, 9000])

    async def conversation(client):
        async with Socket(client, served.address) as page:
            track = page.hello["tracks"][0]["track"]
            controls = {"intensity": 0.5, "level_match": False}
            await page.send("render", tracks=[track], controls=controls, hand=hand.tolist(), replace=True)
            return (await page.next("rendered"))["files"][0]

    file = talk(conversation)
    source, _ = soundfile.read(next(iter(served.desk.tracks)).path)
    found, _ = soundfile.read(file["output"])
    engine = Engine(RATE_HZ, 2)
    scaled = hand.copy()
    scaled[[0, 2, 5, 8, 11]] *= 0.5
    engine.jump(scaled, 0.0)
    np.testing.assert_allclose(found, engine.process(np.ascontiguousarray(source.T)).T, atol=3e-7)


def test_a_render_that_is_there_is_not_replaced_unasked(served):
    async def conversation(client):
        async with Socket(client, served.address) as page:
            track = page.hello["tracks"][0]["track"]
            for word, replace, status in (("dark", True, "done"), ("harsh", False, "failed"), ("harsh", True, "done")):
                await page.send("render", tracks=[track], controls={"semantic": word}, replace=replace)
                file = (await page.next("rendered"))["files"][0]
                assert file["status"] == status, file

    talk(conversation)


def test_words_and_presets_are_saved(served, tmp_path, monkeypatch):
    from semeq.presets import PresetStore, read_own_words

    monkeypatch.setenv("SEMEQ_PRESETS", str(tmp_path / "presets"))
    monkeypatch.setenv("SEMEQ_WORDS", str(tmp_path / "words.toml"))
    hand = [5.0, 120, -4, 400, 1.2, 2, 2000, 0.8, 0, 5000, 1, -3, 9000]

    async def conversation(client):
        async with Socket(client, served.address) as page:
            await page.send("save-word", name="Vocals OK", setting=hand, about="by hand")
            assert (await page.next("saved", "wrong"))["name"] == "vocals ok"
            await page.send("save-word", name="vocals ok", setting=hand)
            assert "already" in (await page.next("wrong"))["message"]
            await page.send("understand", text="vocals ok")
            assert len((await page.next("understood"))["latent"]) == 32
            await page.send("change", controls={"semantic": "vocals ok", "intensity": 0.5})
            await page.send("save-preset", name="mine")
            assert (await page.next("saved", "wrong"))["what"] == "preset"
            await page.send("render", tracks=[1], controls={}, replace=True)
            assert (await page.next("rendered"))["files"][0]["status"] == "done"
            await page.send("change", controls={"semantic": "warm", "intensity": 1.0})

    talk(conversation)
    assert [word.name for word in read_own_words()] == ["vocals ok"]
    assert PresetStore().read("mine").semantic == "vocals ok"
    assert b'"vocals ok"' in get(f"{served.address}model.json")[2]
