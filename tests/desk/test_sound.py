"""What the page plays, rendered by Chromium's own OfflineAudioContext, against the engine."""

import base64

import numpy as np
import pytest

from semeq.eq import Engine
from semeq.plugin import SemanticEQ
from semeq.words import WordSpace

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("desk")]

RATE_HZ = 48_000
SPACE = WordSpace.open()

#: Audio crosses as base64 of float32: lists of numbers would take longer than all else.
RENDER = """async ({ audio: text, moves, points }) => {
  const audio = new Float32Array(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
  const { Chain } = await import("./chain.js");
  const context = new OfflineAudioContext(1, audio.length, 48000);
  const buffer = context.createBuffer(1, audio.length, 48000);
  buffer.copyToChannel(audio, 0);
  const chain = new Chain(context), source = new AudioBufferSourceNode(context, { buffer });
  source.connect(chain.input);
  chain.output.connect(context.destination);
  source.start();
  if (points) chain.schedule(points);
  else chain.jump(moves[0].params, moves[0].db ?? 0);
  for (const { at, params, db } of (moves ?? []).slice(1))
    context.suspend(at).then(() => (chain.move(params, db ?? 0), context.resume()));
  const bytes = new Uint8Array((await context.startRendering()).getChannelData(0).buffer);
  let out = "";
  for (let i = 0; i < bytes.length; i += 32768) out += String.fromCharCode(...bytes.subarray(i, i + 32768));
  return btoa(out);
}"""


def packed(audio):
    return base64.b64encode(np.asarray(audio, "<f4").tobytes()).decode()


def rendered(page, audio, **how):
    """What the page's chain makes of audio (n,)."""
    found = page.evaluate(RENDER, {"audio": packed(audio), **how})
    return np.frombuffer(base64.b64decode(found), "<f4").astype(np.float64)


def noise(seconds=1.0):
    return np.random.default_rng(3).normal(0, 0.1, int(seconds * RATE_HZ)).astype(np.float32)


def residual_db(found, wanted):
    return 10 * np.log10(np.sum((found - wanted) ** 2) / np.sum(wanted**2))


def test_at_rest_it_is_the_engine_s_response(page):
    audio, worst = noise(), -200.0
    for text in ("warm", "airy", "boomy", "tinny", "muddy", "warm and a bit airy", "opposite of boomy"):
        params = SPACE.params(text, None, 0.0, 1.0)
        found = rendered(page, audio, moves=[{"params": params.tolist()}])
        engine = Engine(RATE_HZ, 1)
        engine.jump(params, 0.0)
        worst = max(worst, residual_db(found, engine.process(audio[None].astype(np.float64))[0]))
    print(f"at rest: {worst:.1f} dB")
    # Chromium rounds what each biquad feeds back to float32; bands at 30 Hz make that noise of −84 dB below 50 Hz.
    assert worst <= -80


def test_while_a_morph_moves_it_stays_with_the_engine(page):
    audio, seconds, hop = noise(2.5), 2.0, 0.004
    eq = SemanticEQ("warm", to="bright")
    wanted = eq.process(audio[None].astype(np.float64), RATE_HZ, automation={"morph": [(0.0, 0.0), (seconds, 1.0)]})[0]
    times = np.arange(0, seconds + hop / 2, hop)
    params = SPACE.params("warm", "bright", times / seconds, np.ones_like(times))
    points = [{"at": float(t), "params": row.tolist()} for t, row in zip(times, params, strict=True)]
    found = rendered(page, audio, points=points)
    print(f"while a morph moves: {residual_db(found, wanted):.1f} dB")
    assert residual_db(found, wanted) <= -60


def test_changes_by_hand_leave_no_zipper_noise(page):
    """A 200 Hz sine, and a change each 16 ms, as a dragged slider makes them: nothing above 1.5 kHz but −90 dB."""
    frames = RATE_HZ
    audio = 0.25 * np.sin(2 * np.pi * 200 * np.arange(frames) / RATE_HZ)
    times = np.arange(0, 0.8, 0.016)
    morphs = 0.5 - 0.5 * np.cos(2 * np.pi * times / 0.8)
    params = SPACE.params("muddy", "airy", morphs, np.ones_like(morphs))
    moves = [{"at": float(t), "params": row.tolist()} for t, row in zip(times, params, strict=True)]
    found = rendered(page, audio, moves=moves)[2400:]
    spectrum = np.abs(np.fft.rfft(found * np.hanning(len(found)))) ** 2
    stray = 10 * np.log10(spectrum[int(1500 * len(found) / RATE_HZ) :].sum() / spectrum.sum())
    print(f"zipper noise: {stray:.1f} dB")
    assert stray <= -90


def test_a_change_is_there_within_30_ms(page):
    audio = noise(0.5)
    one, two = SPACE.params("muddy", None, 0.0, 1.0), SPACE.params("airy", None, 0.0, 1.0)
    at = 0.256
    moves = [{"params": one.tolist()}, {"at": at, "params": two.tolist()}]
    moved = rendered(page, audio, moves=moves)
    there = rendered(page, audio, moves=[{"params": two.tolist()}])
    before = slice(int((at - 0.05) * RATE_HZ), int(at * RATE_HZ))
    after = slice(int((at + 0.030 + 0.02) * RATE_HZ), int((at + 0.030 + 0.1) * RATE_HZ))
    assert residual_db(moved[before], there[before]) > -20
    assert residual_db(moved[after], there[after]) < -40, "past the ramp only the filters' memory may differ"


def test_the_loudness_is_the_meter_s_within_half_a_db(page):
    from semeq.files import loudness_lufs

    random = np.random.default_rng(8)
    spectrum = np.fft.rfft(random.normal(0, 1, 10 * RATE_HZ))
    spectrum[1:] /= np.arange(1, len(spectrum)) ** 0.5
    audio = np.fft.irfft(spectrum)
    audio = (0.1 * audio / np.abs(audio).max()).astype(np.float32)
    ask = """async ({ audio: text, settings }) => {
      const audio = new Float32Array(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
      const { Loudness } = await import("./loudness.js");
      const buffer = new AudioBuffer({ length: audio.length, sampleRate: 48000 });
      buffer.copyToChannel(audio, 0);
      const loudness = new Loudness();
      loudness.listen([buffer]);
      return settings.map((params) => loudness.change(params));
    }"""
    words = ("warm", "airy", "boomy", "tinny", "bright")
    settings = [SPACE.params(word, None, 0.0, 1.0) for word in words]
    found = page.evaluate(ask, {"audio": packed(audio), "settings": [s.tolist() for s in settings]})
    before = loudness_lufs(audio[None], RATE_HZ)
    for setting, change in zip(settings, found, strict=True):
        engine = Engine(RATE_HZ, 1)
        engine.jump(setting, 0.0)
        after = loudness_lufs(engine.process(audio[None]), RATE_HZ)
        assert change == pytest.approx(after - before, abs=0.5)
