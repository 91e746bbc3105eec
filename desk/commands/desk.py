"""`semeq desk`: the page, on local files."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import webbrowser
from pathlib import Path

import click

from semeq.console import Example, Say, examples, output_options
from semeq.plugin import Controls
from semeq.words import WordSpace

from ..addresses import DEFAULT_PORT, is_local
from ..errors import DeskError


@click.command(
    "desk",
    epilog=examples(
        Example("semeq desk", "drop your files on the page"),
        "semeq desk stems/ --semantic warm --to bright",
        Example("semeq desk mix.wav --out mixed/ --no-browser", "print the address only"),
    ),
)
@click.argument("files", nargs=-1, metavar="[FILES...]", type=click.Path(path_type=Path))
@click.option("--semantic", "-s", metavar="WORD", help="The word at the start.")
@click.option("--to", metavar="WORD", help="The word to morph to.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("semeq-out"), show_default=True, help="Where renders go."
)
@click.option(
    "--model", "--bundle", "model", metavar="BUNDLE", help="Model bundle: a folder, or the name of a shipped one."
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help=f"0: any that is free.  [default: {DEFAULT_PORT}, or any that is free]",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--browser/--no-browser", default=True, show_default=True, help="Open the page.")
@output_options
def command(
    files: tuple[Path, ...],
    semantic: str | None,
    to: str | None,
    out: Path,
    model: str | None,
    port: int | None,
    host: str,
    browser: bool,
    say: Say,
) -> None:
    """Open the desk: a page to see words, hear them on FILES and play them.

    FILES are files, folders (the audio below them) and globs; more can be dropped on the page. Only these can be read
    and rendered. Ends with Ctrl-C.
    """
    if to is not None and semantic is None:
        raise click.UsageError("--to needs --semantic, the word to start from")
    try:
        from ..serving import open_desk, serve
    except ModuleNotFoundError as error:
        raise missing(error) from None
    space = WordSpace.open(model)
    controls = Controls(semantic or "warm", to, level_match=True)  # louder must not pass for better
    for word in (controls.semantic, controls.to):
        if word is not None:
            space.latent(word)
    desk = open_desk(space, controls, files, out, model, host)
    for line in desk.tracks.left_out:
        say.note(line)
    if not is_local(host):
        say.note(f"warning: everybody who reaches {host} and has the address can hear and render these files")

    def tell(address: str) -> None:
        say.data({"address": address})
        say.result(f"the desk: {address}")
        say.summary("Ctrl-C ends it")
        if browser:
            webbrowser.open(address)

    async def main() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError, ValueError):  # Windows, or not the main thread
                loop.add_signal_handler(number, stop.set)
        await serve(desk, port, stop, tell)

    try:
        asyncio.run(main())
    except DeskError as error:
        raise click.ClickException(str(error)) from None
    finally:
        desk.tracks.close()


def missing(error: ModuleNotFoundError) -> click.ClickException:
    """What to say where aiohttp is not installed."""
    if (error.name or "").partition(".")[0] != "aiohttp":
        raise error
    return click.ClickException("the desk needs aiohttp, which is not installed; try: pip install 'semeq[desk]'")
