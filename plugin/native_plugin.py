"""The native plugin from Python: `load_native` finds or builds a model's VST3 and offers it for pedalboard chains."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pedalboard
from pedalboard._pedalboard import Pedalboard

from semeq.words import Bundle, load_bundle, plain_name

from .controls import CONTROLS, ControlProperty, Controls

#: The entry points of what builds native plugins.
BUILDERS = "semeq.native_builders"

_PARAMETERS = ("semantic", "to", "morph", "intensity", "output_db", "bypass")


class NativeError(RuntimeError):
    """The native plugin is not there and cannot be built; the message says what is missing."""


class NativeEQ(Pedalboard):
    """The native plugin as a pedalboard effect, with the controls of `SemanticEQ`.

    Unlike `SemanticEQ`, it is smooth inside a native chain too: it runs in float64 with coefficients ramped every
    sample, and a change is spread over the block it arrives with. Controls are set by the plugin's raw value, which
    takes microseconds; reading one gives what was set last.

    Parameters
    ----------
    vst3 : str or Path
        A ``.vst3`` bundle made by ``semeq-export plugin``.
    """

    semantic = ControlProperty[str]()
    to = ControlProperty["str | None"]()
    morph = ControlProperty[float]()
    intensity = ControlProperty[float]()
    output_db = ControlProperty[float]()
    bypass = ControlProperty[bool]()

    def __init__(self, vst3: str | Path) -> None:
        load: Any = pedalboard.load_plugin  # type: ignore[attr-defined]
        try:
            self.plugin = load(str(vst3))
        except (ImportError, ValueError, RuntimeError) as error:
            raise NativeError(f"{vst3} does not load: {str(error).splitlines()[0]}") from None
        self._raw = {name: self.plugin.parameters[name] for name in _PARAMETERS}
        self._words = list(self._raw["semantic"].valid_values)
        super().__init__([self.plugin])
        self._controls = self._read()

    @property
    def words(self) -> tuple[str, ...]:
        """The words compiled into the plugin."""
        return tuple(self._words)

    @property
    def controls(self) -> Controls:
        """The state of the controls; assign one to change several at once."""
        return self._controls

    @controls.setter
    def controls(self, controls: Controls) -> None:
        for name in self._raw:
            value = getattr(controls, name)
            if name == "to" and value is None:
                value = controls.semantic
            if value != getattr(self._controls, name):
                self._raw[name].raw_value = self._raw_value(name, value)
        self._controls = controls

    def _raw_value(self, name: str, value: Any) -> float:
        control = CONTROLS[name]
        if control.kind == "word":
            value = plain_name(value)
            if value not in self._words:
                raise NativeError(
                    f"the plugin was compiled without the word {value!r}; it knows {len(self._words)} words"
                )
            return self._words.index(value) / max(len(self._words) - 1, 1)
        if control.kind == "switch":
            return float(value)
        return (float(value) - control.minimum) / (control.maximum - control.minimum)

    def _read(self) -> Controls:
        def number(name: str) -> float:
            control = CONTROLS[name]
            return control.minimum + float(self._raw[name].raw_value) * (control.maximum - control.minimum)

        def word(name: str) -> str:
            return str(self._words[round(float(self._raw[name].raw_value) * (len(self._words) - 1))])

        return Controls(
            word("semantic"),
            word("to"),
            number("morph"),
            number("intensity"),
            number("output_db"),
            bool(self._raw["bypass"].raw_value > 0.5),
        )

    def __repr__(self) -> str:
        """The controls."""
        c = self._controls
        return f"NativeEQ({c.semantic!r}, to={c.to!r}, morph={c.morph:g}, intensity={c.intensity:g})"


def load_native(model: str | Path | None = None) -> NativeEQ:
    """The native plugin of a model, for `Pedalboard` chains; compiled on first use, then kept.

    Parameters
    ----------
    model : str or Path, optional
        A model bundle: a folder, or the name of a shipped one.

    Raises
    ------
    NativeError
        It is not there, and what compiling takes is missing (DPF, CMake, a compiler, or semeq's extra ``train``).
    """
    bundle = load_bundle(model)
    try:
        vst3 = _builder()(bundle, _cache_folder())
    except (ImportError, RuntimeError, ValueError, OSError) as error:
        raise NativeError(f"the native plugin cannot be built: {error}") from None
    return NativeEQ(vst3)


def _builder() -> Callable[[Bundle, Path], Path]:
    """What builds native plugins: whoever registered for it (see ``[project.entry-points]`` in pyproject.toml).

    It takes a bundle and a cache folder, and returns the VST3 plugin of this bundle, which it puts there.
    """
    found = entry_points(group=BUILDERS)
    if not found:
        raise NativeError(f"nothing that builds native plugins is installed (no entry point in {BUILDERS!r})")
    build: Callable[[Bundle, Path], Path] = next(iter(found)).load()
    return build


def _cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "semeq" / "native"
