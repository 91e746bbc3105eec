"""The page in a browser: what a hand does, and what comes of it."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from semeq.desk import write_page
from semeq.desk.vendor import VendorError, archive, members
from semeq.eq import curve, rms_db
from semeq.eq.formats import WRITERS
from semeq.plugin import Controls, make_preset
from semeq.plugin.cli import semeq
from semeq.words import WordSpace, load_decoder

from .conftest import song, until

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("desk")]

SPACE = WordSpace.open()
AXE = ("axe-core", "4.14.1", "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==")


def state(page):
    return page.evaluate("desk.store.state")


def word(page, name):
    page.locator(f".word[data-word='{name}']").click()


def middle(page, selector):
    box = page.locator(selector).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def heard(page):
    return curve(np.clip(np.array(page.evaluate("Array.from(desk.heard)")), -24, 20_000))


# -------------------------------------------------------------------------------------------------------- words


def test_a_word_is_clicked_then_a_second(page):
    word(page, "muddy")
    assert (state(page)["semantic"], state(page)["to"]) == ("muddy", None)
    assert rms_db(heard(page) - curve(SPACE.params("muddy", None, 0.0, 1.0))) < 1e-3
    word(page, "clear")
    assert (state(page)["semantic"], state(page)["to"], state(page)["morph"]) == ("muddy", "clear", 1)
    page.evaluate("desk.store.set({ morph: 0.35 })")
    assert rms_db(heard(page) - curve(SPACE.params("muddy", "clear", 0.35, 1.0))) < 2e-3
    assert len(page.locator(".path").get_attribute("points").split()) > 10
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert (state(page)["semantic"], state(page)["to"]) == ("muddy", None)
    page.keyboard.press("Control+Shift+z")
    assert state(page)["to"] == "clear"


def test_shift_click_makes_the_target_and_keeps_the_start(page):
    word(page, "warm")
    page.locator(".word[data-word='bright']").click(modifiers=["Shift"])
    assert (state(page)["semantic"], state(page)["to"], state(page)["morph"]) == ("warm", "bright", 0.5)
    page.click("#swap")
    assert (state(page)["semantic"], state(page)["to"]) == ("bright", "warm")
    page.click("#clear")
    assert state(page)["to"] is None


def test_labels_do_not_overlap_at_the_first_zoom(page):
    boxes = page.evaluate(
        "[...document.querySelectorAll('.word')].map((e) => { const b = e.getBoundingClientRect();"
        " return [b.left, b.top + 3, b.right, b.bottom - 3]; })"
    )
    assert len(boxes) >= 45
    for n, one in enumerate(boxes):
        for other in boxes[:n]:
            apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
            assert apart, (one, other)
    shown = len(boxes)
    for _ in range(4):
        page.click("#closer")
    page.wait_for_timeout(100)
    assert page.locator(".word").count() > 1.5 * shown


def test_the_point_is_dragged(page):
    word(page, "warm")
    x, y = middle(page, "#map")
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(
        "globalThis.frames = [];"
        "(function tick(t) { frames.push(t); globalThis.ticking = requestAnimationFrame(tick) })(0)"
    )
    for n in range(60):
        page.mouse.move(x + 2 * n, y - 1.5 * n)
    frames = np.diff(page.evaluate("(cancelAnimationFrame(ticking), frames)")[1:])
    print(f"while dragging: {len(frames)} frames, {np.median(frames):.1f} ms, 95 % {np.quantile(frames, 0.95):.1f} ms")
    page.mouse.up()
    found = state(page)
    assert " + " in found["semantic"]
    assert found["to"] is None
    parts = SPACE.understand(found["semantic"]).phrase.parts
    assert sum(part.weight for part in parts) == pytest.approx(1, abs=0.03)
    page.wait_for_timeout(700)
    # The server has been asked by now: the page plays the very point that a render uses.
    assert rms_db(heard(page) - curve(SPACE.params(found["semantic"], None, 0.0, 1.0))) < 2e-3


def test_a_phrase_is_typed(page):
    page.fill("#phrase", "warm and a bit airy, less muddy")
    page.keyboard.press("Enter")
    page.wait_for_timeout(700)
    assert rms_db(heard(page) - curve(SPACE.params("warm and a bit airy, less muddy", None, 0.0, 1.0))) < 2e-3
    assert "50 % airy" in page.inner_text("#meaning")
    page.fill("#phrase", "worm")
    page.keyboard.press("Enter")
    until(page, "document.getElementById('meaning').classList.contains('wrong')")
    assert "worm" in page.inner_text("#meaning")
    assert state(page)["semantic"].startswith("warm and a bit")
    page.fill("#phrase", "")
    page.type("#phrase", "cris")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert state(page)["semantic"] == "crisp"


def test_a_word_that_only_the_server_knows(page, served, browser, monkeypatch):
    """As those of a thesaurus: the page learns its point, and what it is in words of the model."""
    space, understand = served.desk.session.space, served.desk.session.space.understand
    monkeypatch.setattr(space, "understand", lambda text: understand(text.replace("velvety", "0.6 smooth - 0.1 hard")))
    wanted = curve(SPACE.params("0.6 smooth - 0.1 hard", None, 0.0, 1.0))
    page.fill("#phrase", "velvety")
    page.keyboard.press("Enter")
    until(page, "desk.store.state.semantic === 'velvety'")
    assert rms_db(heard(page) - wanted) < 2e-3
    assert "60 % smooth" in page.inner_text("#meaning")
    context = browser.new_context()
    other = context.new_page()
    other.goto(served.address)
    other.wait_for_selector("body.ready")
    until(other, "desk.store.state.semantic === 'velvety'")
    assert rms_db(heard(other) - wanted) < 2e-3
    linked = context.new_page()
    linked.goto(f"{served.address}#semantic=velvety")
    until(linked, "globalThis.desk && desk.store.state.semantic === 'velvety'")
    context.close()
    page.fill("#phrase", "xyzzy")
    page.keyboard.press("Enter")
    until(page, "document.getElementById('meaning').classList.contains('wrong')")
    assert state(page)["semantic"] == "velvety"


def test_a_word_is_found_on_the_map(page):
    page.fill("#find", "plummy")
    page.keyboard.press("Enter")
    assert "plummy" in (state(page)["semantic"], state(page)["to"])
    assert page.locator(".word[data-word='plummy']").is_visible()


# -------------------------------------------------------------------------------------------------------- curve


def test_a_handle_is_dragged_and_the_page_says_which_words_that_is(page):
    word(page, "warm")
    before = page.evaluate("Array.from(desk.base)")
    x, y = middle(page, ".handle >> nth=1")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 20, y - 80, steps=6)
    page.mouse.up()
    hand = state(page)["hand"]
    assert hand[2] > before[2] + 2
    assert hand[5:] == pytest.approx(before[5:])
    page.wait_for_timeout(400)
    assert "%" in page.inner_text("#meaning")
    page.locator(".handle >> nth=1").focus()
    page.keyboard.press("ArrowDown")
    assert state(page)["hand"][2] == pytest.approx(hand[2] - 0.5)
    page.keyboard.press("Control+z")
    assert state(page)["hand"][2] == pytest.approx(hand[2])


def test_a_setting_becomes_a_word_of_one_s_own(page, tmp_path, monkeypatch):
    monkeypatch.setenv("SEMEQ_WORDS", str(tmp_path / "words.toml"))
    page.evaluate("desk.store.set({ hand: [4, 120, -5, 400, 1, 0, 1000, 1, 3, 3000, 1, 0, 8000], to: null })")
    page.click("#save")
    page.fill("#save-name", "Choir")
    page.keyboard.press("Enter")
    until(page, "desk.store.state.semantic === 'choir' && !desk.store.state.hand")
    assert page.evaluate("desk.space.model.find('choir').word.own")
    from semeq.presets import read_own_words

    assert [own.name for own in read_own_words()] == ["choir"]


# -------------------------------------------------------------------------------------------------------- sound


def test_music_plays_and_a_b_is_equally_loud(page):
    until(page, "desk.player.tracks.length === 2")
    word(page, "tinny")
    page.evaluate("desk.store.set({ level_match: false })")
    page.click("#play")
    page.wait_for_timeout(600)
    assert page.evaluate("desk.player.playing && desk.player.now() > 0.1")
    measure = """async () => {
      const { player } = desk, mix = new AnalyserNode(player.context, { fftSize: 32768 });
      player.wet.connect(mix); player.dry.connect(mix);
      await new Promise((done) => setTimeout(done, 1300));
      const { Loudness } = await import("./loudness.js");
      const samples = new Float32Array(32768);
      mix.getFloatTimeDomainData(samples);
      const loudness = new Loudness(), rate = player.context.sampleRate;
      const buffer = new AudioBuffer({ length: 32768, sampleRate: rate });
      buffer.copyToChannel(samples, 0);
      loudness.listen([buffer]);
      return 10 * Math.log10(loudness.total);
    }"""
    processed = page.evaluate(measure)
    page.keyboard.press("x")
    assert page.get_attribute("#ab", "aria-pressed") == "true"
    original = page.evaluate(measure)
    print(f"A/B: {processed - original:+.2f} dB")
    assert processed == pytest.approx(original, abs=1.5)
    page.keyboard.press("x")
    page.keyboard.press(" ")
    assert not page.evaluate("desk.player.playing")


def test_music_runs_at_its_own_rate(page, tmp_path):
    ask = """async (bytes) => {
      const { rateOf } = await import("./recording.js");
      return rateOf(new DataView(Uint8Array.from(bytes).buffer));
    }"""
    for suffix, rate in (("wav", 44_100), ("wav", 96_000), ("flac", 22_050), ("flac", 48_000), ("wav", 192_000)):
        path = tmp_path / f"a.{suffix}"
        soundfile.write(path, np.zeros((8000, 2)), rate)
        assert page.evaluate(ask, list(path.read_bytes()[:200])) == (rate if rate <= 96_000 else 48_000)
    assert page.evaluate(ask, []) == page.evaluate(ask, list(b"ID3 and so on")) == 44_100
    assert page.evaluate("desk.player.rate") == 48_000
    assert page.evaluate("desk.player.open().sampleRate") == 48_000


def test_what_cannot_be_heard_can_be_rendered(page):
    """Too long for a browser, or of a kind that it does not decode."""
    long = {"track": 77, "name": "opera.wav", "duration_s": 9000, "sample_rate_hz": 48_000, "channels": 2}
    page.evaluate("(track) => desk.music.fetchAll([track])", long)
    assert "too long" in page.inner_text("#toast")
    page.click("#render")
    assert any("opera.wav" in name for name in page.locator(".checks label").all_inner_texts())
    page.evaluate("desk.music.known.delete(77)")


def test_stems_are_soloed_and_muted(page):
    until(page, "desk.player.tracks.length === 2 && document.querySelectorAll('#stems li').length === 2")
    page.click("#stems li:nth-child(1) button:nth-child(1)")
    assert page.evaluate("desk.player.tracks.map((t) => desk.player.audible(t))") == [True, False]
    page.click("#stems li:nth-child(1) button:nth-child(1)")
    page.click("#stems li:nth-child(2) button:nth-child(2)")
    assert page.evaluate("desk.player.tracks.map((t) => desk.player.audible(t))") == [True, False]


def test_a_file_is_dropped_played_and_rendered(page, served, tmp_path):
    until(page, "desk.player.tracks.length >= 2")
    before = page.evaluate("desk.player.tracks.length")
    dropped = shutil.copy(song(tmp_path / "music", 1.0)[0], tmp_path / "my song.wav")
    content = list(Path(dropped).read_bytes())
    page.evaluate(
        """(bytes) => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], "my song.wav", { type: "audio/wav" }));
          data.items.add(new File(["hello"], "notes.txt", { type: "text/plain" }));
          dispatchEvent(new DragEvent("drop", { dataTransfer: data, cancelable: true }));
        }""",
        content,
    )
    until(page, f"desk.player.tracks.length === {before + 1}")
    word(page, "dark")
    page.evaluate("desk.store.set({ intensity: 0.8, level_match: false })")
    page.click("#render")
    for name in page.locator(".checks label").all_inner_texts():
        if "my song" not in name:
            page.uncheck(f".checks label:has-text('{name.strip()}') input")
    page.click("#start-render")
    page.wait_for_selector(".done li")
    assert "my song.wav" in page.inner_text(".done")
    page.keyboard.press("Escape")
    page.click("#copy")
    command = page.input_value("#copied")
    page.keyboard.press("Escape")
    assert "--intensity 0.8" in command
    options = ["--semantic", "dark", "--intensity", "0.8", "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(semeq, ["process", str(dropped), *options])
    assert done.exit_code == 0, done.output
    assert (served.out / "my song.wav").read_bytes() == (tmp_path / "out" / "my song.wav").read_bytes()
    page.evaluate("desk.music.forget(desk.player.tracks.at(-1))")


def test_what_the_browser_cannot_decode_is_sent_as_wav(served, tmp_path):
    import urllib.request

    audio = np.random.default_rng(0).normal(0, 0.1, (4800, 2))
    soundfile.write(tmp_path / "a.aiff", audio, 48_000, subtype="PCM_24")
    from semeq.desk.serving.tracks import Tracks, as_wav, plays_in_browsers

    track = next(iter(Tracks([tmp_path / "a.aiff"])))
    assert not plays_in_browsers(track.path)
    found, _ = soundfile.read(as_wav(track.path, tmp_path))
    np.testing.assert_allclose(found, audio, atol=2**-23)
    with urllib.request.urlopen(f"{served.address}tracks/1") as answer:
        assert answer.read(4) == b"RIFF"


# --------------------------------------------------------------------------------------------------------- copies


@pytest.mark.parametrize(
    "changes",
    [
        {"semantic": "warm"},
        {"semantic": "warm", "to": "bright", "morph": 0.35, "intensity": 1.25, "output_db": -1.5},
        {"semantic": "not too boomy", "bypass": True, "adaptive": True},
    ],
)
def test_copies_mean_the_same_as_the_page(page, changes):
    from semeq.presets import Preset

    page.evaluate("(changes) => desk.store.set({ to: null, level_match: false, ...changes })", changes)
    page.wait_for_timeout(600)  # the server tells how it takes a phrase
    page.click("#copy")
    controls = Controls(**{"semantic": "warm", **changes})
    page.click("[role=tab]:text-is('Preset')")
    text = page.input_value("#copied")
    assert Preset.from_toml(text).to_toml() == make_preset(controls).to_toml() == text
    page.click("[role=tab]:text-is('Python')")
    names: dict = {}
    exec(page.input_value("#copied").split("out =")[0], names)
    assert names["eq"].controls == controls
    page.click("[role=tab]:text-is('EQ text')")
    wanted = WRITERS["apo"](
        SPACE.params(*(controls.semantic, controls.to, controls.morph, controls.effective_intensity)),
        controls.output_db,
        "",
    )
    title, _, found = page.input_value("#copied").partition("\n")
    assert title.startswith("# semeq: ")
    numbers = [
        [float(x) for x in line.split() if x.replace(".", "").replace("-", "").isdigit()] for line in found.splitlines()
    ]
    for line, numbers_found in zip(wanted.splitlines(), numbers, strict=True):
        wanted_numbers = [float(x) for x in line.split() if x.replace(".", "").replace("-", "").isdigit()]
        assert numbers_found == pytest.approx(wanted_numbers, rel=2e-3, abs=2e-3)
    page.select_option("select", "camilladsp")
    until(page, "document.getElementById('copied').value.includes('filters')")


def test_a_link_holds_the_state(page, browser, served):
    wanted = {"semantic": "warm", "to": "airy", "morph": 0.25, "intensity": 0.8, "output_db": -2.0}
    page.evaluate("(changes) => desk.store.set(changes)", wanted)
    page.wait_for_timeout(400)
    context = browser.new_context()
    other = context.new_page()
    other.goto(page.url)
    other.wait_for_selector("body.ready")
    found = other.evaluate("desk.store.state")
    assert {name: found[name] for name in wanted} == wanted
    context.close()


@pytest.mark.parametrize(
    "fragment", ["#morph=abc&intensity=99&semantic=nosuchword", "#hand=1,2", "#%%%", "#semantic=&to=", "#bypass=1&x=y"]
)
def test_broken_links_do_no_harm(browser, served, fragment):
    context = browser.new_context()
    page = context.new_page()
    wrong = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(served.address + fragment)
    page.wait_for_selector("body.ready")
    assert page.evaluate("desk.heard.every(Number.isFinite)")
    assert not wrong
    context.close()


# ------------------------------------------------------------------------------------------------------ everywhere


def test_the_static_page_needs_no_server(browser, tmp_path):
    import functools
    import http.server
    import threading

    decoder = load_decoder()
    write_page(decoder, decoder.bundle.vocabulary, tmp_path / "page")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_what):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=tmp_path / "page"))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    page = context.new_page()
    wrong, loaded = [], []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("request", lambda request: loaded.append(request.url))
    page.goto(f"http://127.0.0.1:{server.server_address[1]}/")
    page.wait_for_selector("body.ready")
    word(page, "airy")
    assert rms_db(heard(page) - curve(SPACE.params("airy", None, 0.0, 1.0))) < 1e-3
    assert not page.is_visible("#render")
    page.click("#demo")
    until(page, "desk.player.playing && desk.player.tracks.length === 4")
    page.wait_for_selector("#wave :nth-child(2)", state="attached")
    assert not wrong
    assert all(
        url.startswith(f"http://127.0.0.1:{server.server_address[1]}/")
        for url in loaded
        if not url.startswith(("data:", "blob:"))
    )
    context.close()
    server.shutdown()


@pytest.mark.parametrize("size", [(360, 740), (900, 1100), (1440, 900), (2200, 1200)])
def test_nothing_sticks_out(browser, served, size):
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, has_touch=size[0] < 1000)
    page = context.new_page()
    page.goto(served.address)
    page.wait_for_selector("body.ready")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    for selector in ("#phrase", "#copy", "#map", "#response", "#play"):
        box = page.locator(selector).bounding_box()
        assert box["width"] >= 36
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= size[0]
    if size[0] < 1000:
        page.locator(".word").first.tap()
        assert state(page)["semantic"]
    context.close()


def test_axe_finds_nothing_serious(browser, served, tmp_path):
    try:
        script = members(archive(*AXE, tmp_path), ["axe.min.js"])[0].decode()
    except VendorError as error:
        if "another archive" in str(error):
            raise
        pytest.skip(str(error))
    for scheme, dialogs in (("light", ("#copy", "#help", "#save", "#render")), ("dark", ("#render",))):
        context = browser.new_context(color_scheme=scheme, bypass_csp=True)
        page = context.new_page()
        page.goto(served.address)
        page.wait_for_selector("body.ready")
        page.wait_for_selector("#stems li")
        page.evaluate(script)
        for opened in ("", *dialogs):
            if opened:
                page.click(opened)
            found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
            serious = [
                (rule["id"], node["html"][:120])
                for rule in found["violations"]
                if rule["impact"] in ("serious", "critical")
                for node in rule["nodes"]
            ]
            assert not serious, f"{scheme} {opened}: {json.dumps(serious, indent=1)}"
            if opened:
                page.keyboard.press("Escape")
        context.close()


def test_tracks_that_come_while_others_play_do_not_stop_them(page):
    until(page, "desk.player.tracks.length === 2")
    page.click("#play")
    page.wait_for_timeout(200)
    page.evaluate("desk.player.add({ name: 'again', buffer: desk.player.tracks[0].buffer })")
    page.evaluate("desk.player.setLoop({ on: false })")
    page.wait_for_timeout(300)
    assert page.evaluate("desk.player.playing")
    page.evaluate("desk.player.seek(desk.player.duration - 0.1)")
    until(page, "!desk.player.playing")
    assert page.evaluate("desk.player.now() === desk.player.duration")
