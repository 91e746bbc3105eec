"""`semeq-export page`: the desk's page as static files."""

from __future__ import annotations

from pathlib import Path

import click

from semeq.console import Example, Say, examples, output_options
from semeq.desk import DeskError, write_page
from semeq.words import Decoder, bundle_with_own_words, load_bundle


@click.command(
    "page",
    epilog=examples(
        "semeq-export page --out public",
        Example("python3 -m http.server --directory public", "look at it: a page of modules needs a web server"),
        "semeq-export page --bundle my-model --out public",
    ),
)
@click.option(
    "--bundle",
    "--model",
    "bundle",
    metavar="BUNDLE",
    help="A bundle's folder, or the name of a shipped one  [default: the shipped V3]",
)
@click.option("--out", type=click.Path(path_type=Path), default=Path("page"), show_default=True, help="Output folder.")
@output_options
def page_command(bundle: str | None, out: Path, say: Say) -> None:
    """Write the desk as static files for any web space: words, decoder and sound in the page, no server.

    Words of your own are in it. Files that are dropped on it are heard there and sent nowhere.
    """
    model = bundle_with_own_words(load_bundle(bundle))
    try:
        written = write_page(Decoder(model), model.vocabulary, out)
    except DeskError as error:
        raise click.ClickException(str(error)) from None
    size = sum(path.stat().st_size for path in written)
    say.data({"page": str(out), "files": len(written), "bytes": size, "words": len(model.vocabulary)})
    say.summary(f"page: {out} ({len(written)} files, {size / 1000:.0f} kB, {len(model.vocabulary)} words)")
