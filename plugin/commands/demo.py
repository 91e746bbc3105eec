"""`semeq demo`: a synthesised song through the EQ, warm to bright, with a picture."""

from __future__ import annotations

import time
from pathlib import Path

import click
import numpy as np

from semeq.console import Say, examples, output_options, plain_table
from semeq.files import AudioFormat, loudness_lufs, replacing, writing
from semeq.words import WordSpace

from ..effect import SemanticEQ
from .options import OutputPath, WordParam, model_option
from .song import SAMPLE_RATE_HZ, Stereo, song


@click.command("demo", epilog=examples("semeq demo", "semeq demo --semantic boxy --to clear --out boxy-clear"))
@click.option(
    "--semantic", type=WordParam(), default="warm", show_default=True, metavar="WORD", help="The word at the start."
)
@click.option(
    "--to", type=WordParam(), default="bright", show_default=True, metavar="WORD", help="The word at the end."
)
@click.option("--out", type=OutputPath(folder=True), default=Path("out"), show_default=True, help="Output folder.")
@model_option
@output_options
def command(semantic: str, to: str, out: Path, model: str | None, say: Say) -> None:
    """Synthesise a song in four stems and sweep it from one word to another.

    Writes every stem and the mix, before and after, and draws the way between the words.
    """
    space = WordSpace.open(model)
    space.table(semantic, to)
    stems = song()
    length_s = next(iter(stems.values())).shape[1] / SAMPLE_RATE_HZ
    sweep = [(0.1 * length_s, 0.0), (0.9 * length_s, 1.0)]

    columns = ("stem", ">LUFS", ">centroid, first third", ">last third", ">speed")
    table = plain_table(*columns, title=f"{semantic} → {to}, morph swept over {length_s:.0f} s")
    after: dict[str, Stereo] = {}
    with say.progress() as progress:
        for name, stem in progress.track(stems.items(), description="playing"):
            started = time.perf_counter()
            after[name] = SemanticEQ(semantic, to=to, model=model)(stem, SAMPLE_RATE_HZ, automation={"morph": sweep})
            speed = length_s / (time.perf_counter() - started)
            _write(out / "before" / f"{name}.wav", stem)
            _write(out / "after" / f"{name}.wav", after[name])
            table.add_row(name, *_figures(stem, after[name]), f"{speed:,.0f}×")
    mixes = sum(stems.values()), sum(after.values())
    for folder, mix in zip(("before", "after"), mixes, strict=True):
        _write(out / folder / "mix.wav", np.asarray(mix))
    table.add_row("mix", *_figures(*(np.asarray(mix) for mix in mixes)), "")
    picture: Path | None = None
    try:
        from .drawing import draw_morph

        picture = out / f"{semantic}-{to}.png".replace("/", "-")  # a word may name its school: warm/2
        draw_morph(space, semantic, to, picture)
    except ImportError:
        say.note("no picture: install matplotlib, for instance with: pip install 'semeq[plot]'")
    before, swept = out / "before" / "mix.wav", out / "after" / "mix.wav"
    say.data({"before": str(before), "after": str(swept), "picture": None if picture is None else str(picture)})
    say.summary(table)
    say.summary("speed: times real time, building the morph table included")
    if picture is not None:
        say.summary(f"picture: {picture}")
    say.summary(f"audio: {before} and {swept}, stems beside them")


def _write(path: Path, audio: Stereo) -> None:
    form = AudioFormat(SAMPLE_RATE_HZ, audio.shape[0], audio.shape[1], "WAV", "FLOAT", "FILE")
    with replacing(path, overwrite=True) as partial, writing(partial, form, path) as file:
        file.write(audio.T)


def _figures(before: Stereo, after: Stereo) -> list[str]:
    third = after.shape[1] // 3
    levels = [f"{loudness_lufs(audio, SAMPLE_RATE_HZ):.1f}" for audio in (before, after)]
    shifts = [
        [f"{_centroid_hz(audio[:, part]):,.0f}" for audio in (before, after)]
        for part in (slice(0, third), slice(-third, None))
    ]
    return [" → ".join(levels), *(" → ".join(shift) + " Hz" for shift in shifts)]


def _centroid_hz(audio: Stereo) -> float:
    magnitude = np.abs(np.fft.rfft(audio.mean(axis=0)))
    freqs = np.fft.rfftfreq(audio.shape[1], 1 / SAMPLE_RATE_HZ)
    return float((magnitude * freqs).sum() / max(magnitude.sum(), 1e-12))
