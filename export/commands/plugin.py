"""`semeq-export plugin`: a bundle as a plugin for any DAW."""

from __future__ import annotations

import time
from pathlib import Path

import click

from semeq.console import Example, Say, examples, output_options
from semeq.words import bundle_with_own_words, load_bundle

from ..native import FORMATS, Format, build_plugin, check_vst3, install, window_lacks
from ..plugin_names import PluginIdentity
from ..word_list import keep_word_list, plugin_words


@click.command(
    "plugin",
    epilog=examples(
        Example("semeq-export plugin --install", "for every host of this user"),
        'semeq-export plugin --bundle my-model --name "My EQ" --formats vst3',
    ),
)
@click.option(
    "--bundle",
    "--model",
    "bundle",
    metavar="BUNDLE",
    help="A bundle's folder, or the name of a shipped one  [default: the shipped V3]",
)
@click.option("--formats", default=",".join(FORMATS), show_default=True, help="Which formats to build.")
@click.option("--name", default="semeq", show_default=True, help="What hosts show.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("plugins"), show_default=True)
@click.option("--no-gui", is_flag=True, help="Leave out the window: a smaller plugin, compiled sooner.")
@click.option("--install", "installing", is_flag=True, help="Also copy the plugins where hosts look for a user's own.")
@output_options
def plugin_command(
    bundle: str | None, formats: str, name: str, out: Path, no_gui: bool, installing: bool, say: Say
) -> None:
    """Compile a model bundle into VST3, CLAP and LV2 plugins, and check the result in a host."""
    chosen = _formats(formats)
    if not name.strip() or len(name) > 60 or any(ord(c) < 32 or c in "/\\:" for c in name):
        raise click.UsageError(f"{name!r} cannot be a plugin's name: 1 to 60 characters, none of / \\ :")
    model = bundle_with_own_words(load_bundle(bundle))
    identity = PluginIdentity(name.strip())
    words = plugin_words(model, identity)
    lacks = [] if no_gui else window_lacks()
    if lacks:
        say.note(f"the plugin gets no window here; to give it one: apt install {' '.join(lacks)}")
    window = not no_gui and not lacks
    start = time.perf_counter()
    with say.progress() as bar:
        bar.add_task("compiling", total=None)
        plugins = build_plugin(model, identity.name, out, chosen, words, window)
        worst_db = {plugin.path: check_vst3(plugin.path, model) for plugin in plugins if plugin.format == "vst3"}
    seconds = time.perf_counter() - start
    keep_word_list(identity, words)
    installed = list(install(plugins)) if installing else []
    rows = [{"path": str(p.path), "format": p.format, "worst_db": worst_db.get(p.path)} for p in plugins]
    say.data(
        {
            "model": model.name,
            "window": window,
            "plugins": rows,
            "installed": [str(path) for path in installed],
            "seconds": seconds,
        }
    )
    count = f"{len(plugins)} plugins" if len(plugins) != 1 else "a plugin"
    say.summary(f"built {count} from {model.name} in {seconds:.0f} s")
    for plugin in plugins:
        worst = worst_db.get(plugin.path)
        note = "" if worst is None else f"  (checked in pedalboard: within {worst:.4f} dB of the model)"
        say.summary(f"  {plugin.path}{note}")
    for path in installed:
        say.summary(f"installed: {path}")


def _formats(text: str) -> list[Format]:
    asked = [item.strip().lower() for item in text.split(",") if item.strip()]
    unknown = [item for item in asked if item not in FORMATS]
    if unknown or not asked:
        raise click.UsageError(
            f"there is no plugin format {', '.join(unknown) or text!r}; there are {', '.join(FORMATS)}"
        )
    return [form for form in FORMATS if form in asked]
