"""The options that say what to do with every file, as one `Request`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import click
from click.core import ParameterSource

from semeq.files import BITS, CONTAINERS, Conversion

from ..batch import DEFAULT_CEILING_DBTP, Existing, Request
from ..controls import Controls
from ..midi import read_maps
from ..moves import MovePlan
from .options import controls_options, map_option

_OPTIONS = (
    click.option(
        "--automate",
        multiple=True,
        metavar="CURVE",
        help="Move controls over time: morph=curve.csv (seconds,value; or curve.csv:hold, :smooth), a CSV with named "
        "columns, or a MIDI file. Repeatable.",
    ),
    click.option("--adaptive/--no-adaptive", default=False, help="Apply only as much of the word as each file lacks."),
    click.option(
        "--level-match/--no-level-match", default=False, help="Make every output as loud as its input (BS.1770)."
    ),
    click.option(
        "--guard/--no-guard",
        default=True,
        show_default=True,
        help="Turn down, as a whole and to −1 dBTP, an output that would clip (float ones do not).",
    ),
    click.option(
        "--true-peak-guard",
        is_flag=True,
        help="Turn down every output whose true peak would exceed --ceiling, float ones and mixes of stems too.",
    ),
    click.option(
        "--ceiling",
        type=click.FloatRange(-60.0, 0.0),
        metavar="DBTP",
        help=f"The ceiling of --true-peak-guard, which it implies.  [default: {DEFAULT_CEILING_DBTP:g}]",
    ),
    click.option("--stems", is_flag=True, help="The files of a folder are stems of one mix: one gain for all of them."),
    click.option("--ab", is_flag=True, help="Write NAME.before and NAME.after, equally loud, to compare."),
    click.option("--format", "container", type=click.Choice(CONTAINERS), help="Convert to this container."),
    click.option(
        "--bits", type=click.Choice(BITS), help="Convert to this sample format, with dither where it is reduced."
    ),
    click.option(
        "--quality",
        type=click.FloatRange(0.0, 10.0),
        help="Of MP3, Vorbis and Opus: 0 (smallest) to 10, variable bit rate.  [default: the input's bit rate or more]",
    ),
    click.option(
        "--bitrate",
        "kbps",
        type=click.FloatRange(6.0, 2000.0),
        metavar="KBPS",
        help="Bit rate of MP3, Vorbis and Opus, in kbit/s.",
    ),
    click.option("--overwrite", is_flag=True, help="Replace outputs that exist (never an input)."),
    click.option(
        "--skip-existing", is_flag=True, help="Leave outputs that exist: go on with a batch that was stopped."
    ),
)


def _half_way(moves: MovePlan) -> MovePlan:
    """A morph that nobody places and nothing moves stands half-way, as in ``semeq-export eq``."""
    given = click.get_current_context().get_parameter_source("morph") is not ParameterSource.DEFAULT
    if given or moves.controls.to is None or moves.tracks or moves.messages:
        return moves
    return replace(moves, controls=moves.controls.changed(morph=0.5))


def idle_options(request: Request) -> list[str]:
    """A sentence about each option that was typed and does nothing in this request."""
    context = click.get_current_context()

    def typed(name: str) -> bool:
        return context.get_parameter_source(name) is ParameterSource.COMMANDLINE

    idle = []
    moved = {track.control for track in request.moves.tracks} | {m.control for m in request.moves.midi_map}
    if typed("morph") and request.moves.controls.to is None and "to" not in moved:
        idle.append("--morph does nothing without --to: a morph goes from one word to another")
    if typed("maps") and not request.moves.messages:
        idle.append("--map does nothing without --automate PERFORMANCE.mid: there are no controllers to map")
    return idle


def request_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of the controls and of `Request`; the command takes `request`."""

    @functools.wraps(command)
    def with_request(
        controls: Controls | None,
        model: str | None,
        maps: tuple[str, ...],
        automate: tuple[str, ...],
        true_peak_guard: bool,
        ceiling: float | None,
        container: str | None,
        bits: str | None,
        quality: float | None,
        kbps: float | None,
        overwrite: bool,
        skip_existing: bool,
        **rest: Any,
    ) -> Any:
        if overwrite and skip_existing:
            raise click.UsageError("--overwrite and --skip-existing exclude each other")
        if rest["ab"] and rest["level_match"]:
            raise click.UsageError("--ab matches loudness by itself; leave --level-match out")
        if not rest["guard"] and (true_peak_guard or ceiling is not None):
            raise click.UsageError("--no-guard lets outputs clip; --true-peak-guard and --ceiling do not")
        if quality is not None and kbps is not None:
            raise click.UsageError("--quality and --bitrate exclude each other")
        moves = MovePlan.read(automate, read_maps(maps) if maps else None, controls)
        existing: Existing = "replace" if overwrite else "skip" if skip_existing else "refuse"
        request = Request(
            _half_way(moves),
            model,
            conversion=Conversion(container, bits, quality, kbps),
            ceiling_dbtp=DEFAULT_CEILING_DBTP if true_peak_guard and ceiling is None else ceiling,
            existing=existing,
            **{name: rest.pop(name) for name in ("adaptive", "level_match", "guard", "ab", "stems")},
        )
        return command(request=request, **rest)

    decorated: Callable[..., Any] = with_request
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return controls_options()(map_option(decorated))
