"""`SemanticEQ`: an equaliser steered with words, as a pedalboard plugin."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semeq.eq import AnyAudio, Engine, FloatArray, as_planes
from semeq.files import match_gain_db
from semeq.presets import Preset, PresetStore, is_file_name, write_preset
from semeq.words import AdaptedSpace, Heard, Hearing, HearingError, WordSpace, corrected, without_last_correction

from .controls import ControlProperty, Controls
from .layout import Layout, layout_of, planes_of
from .moves import Automation, TrackLike
from .native_chain import NativeChain
from .preset_controls import make_preset, preset_controls
from .renderer import Renderer, target_of

#: How much of what `SemanticEQ.listen` was given is kept, for the level match of native chains.
LISTENED_S = 30.0


@dataclass(frozen=True)
class Listened:
    """The last recording that was listened to: its beginning (channels, frames), and the space adapted to it."""

    planes: NDArray[np.float32]
    sample_rate_hz: float
    space: AdaptedSpace


class SemanticEQ(NativeChain):
    """An equaliser steered with words. It is a `pedalboard.Pedalboard`, so it can stand in any native chain.

    Called directly it runs on semeq's engine: float64, smooth under automation, 1 to 64 channels, zero latency. Inside
    a native chain pedalboard runs the five native filters that this object keeps in step with its controls: the same
    response in float32, with changes at block starts. That chain is closed: it follows the controls, and cannot be
    changed by itself. One instance may be called from several threads; calls take turns.

    Parameters
    ----------
    semantic : str
        Word A, such as ``"warm"``; `semeq words` lists them.
    to : str, optional
        Word B, for a morph.
    morph : float
        0 (A) to 1 (B) along the path between them.
    intensity : float
        0 to 2, scales all gains in dB: 0 returns the input bit for bit, 1 is the words' typical strength.
    output_db : float
        Output gain, −24 to 24 dB.
    bypass : bool
        Pass the input on, without a click.
    level_match : bool
        Make the output as loud as the input (ITU-R BS.1770), measured over the audio of each call.
    adaptive : bool
        Apply only as much of the word as the audio lacks: a track that is warm already gets little more warmth. Heard
        over the audio of each call that starts a stream, or in the last `listen`.
    model : str or Path, optional
        A model bundle: a folder, or the name of a shipped one.

    Raises
    ------
    UnknownWordError
        A word the model does not know; the message names the nearest.
    ControlError
        A value out of range.
    BundleError
        A model that cannot be read.

    Examples
    --------
    >>> import numpy as np
    >>> from semeq.plugin import SemanticEQ
    >>> eq = SemanticEQ("warm", to="bright", morph=0.25)
    >>> eq(np.zeros((2, 44100), np.float32), 44100).shape
    (2, 44100)
    """

    semantic = ControlProperty[str]()
    to = ControlProperty["str | None"]()
    morph = ControlProperty[float]()
    intensity = ControlProperty[float]()
    output_db = ControlProperty[float]()
    bypass = ControlProperty[bool]()
    level_match = ControlProperty[bool]()
    adaptive = ControlProperty[bool]()

    def __init__(
        self,
        semantic: str = "warm",
        to: str | None = None,
        morph: float = 0.0,
        intensity: float = 1.0,
        output_db: float = 0.0,
        bypass: bool = False,
        level_match: bool = False,
        adaptive: bool = False,
        model: str | Path | None = None,
    ) -> None:
        self._model = model
        self._preset: Preset | None = None
        self._space = WordSpace.open(model)
        self._renderer: Renderer | None = None
        self._hearing: Hearing | None = None
        self._listened: Listened | None = None
        self._layout: Layout | None = None
        self._lock = threading.RLock()
        super().__init__()
        self._take(Controls(semantic, to, morph, intensity, output_db, bypass, level_match, adaptive))

    # ------------------------------------------------------------------------------------------------- controls

    @property
    def controls(self) -> Controls:
        """The state of all controls; assign one to change several at once."""
        return self._controls

    @controls.setter
    def controls(self, controls: Controls) -> None:
        self._take(controls)

    @property
    def params(self) -> FloatArray:
        """The setting in force, shape (13,), physical units."""
        return np.array(self._target.params)

    @property
    def words(self) -> tuple[str, ...]:
        """The words the model knows."""
        return tuple(self._space.vocabulary.names)

    def _take(self, controls: Controls) -> None:
        with self._lock:
            space = self._space_for(controls)
            self._target = target = target_of(space, controls)
            self._controls = controls
            if self._renderer is not None:
                self._renderer.space = space
                self._renderer.update(controls)
            self._follow(target.params, target.output_db + self._native_match_db())

    # ------------------------------------------------------------------------------------------------- presets

    @classmethod
    def load_preset(cls, preset: str | Path, folder: Path | None = None) -> SemanticEQ:
        """Make an effect as a preset says.

        Parameters
        ----------
        preset : str or Path
            The name of a preset, or a file: a `Path`, or what ends in ``.toml`` or has a slash in it.
        folder : Path, optional
            Where the user's presets are  [default: `semeq.presets.user_folder`].

        Raises
        ------
        PresetError
            There is none, or it cannot be read. Words and models raise as in `SemanticEQ`.
        """
        found = PresetStore(folder).read(preset)
        controls = preset_controls(found)
        eq = cls(**{f.name: getattr(controls, f.name) for f in fields(controls)}, model=found.model)
        eq._preset = found
        return eq

    def refine(self, correction: str) -> None:
        """Correct the word by ear: ``"a bit brighter"``, ``"too dark, more air"``, ``"less of that"``.

        The correction is appended to `semantic` (``"warm > a bit brighter"``), so presets keep it, and `unrefine`
        takes it back. Raises `UnknownWordError` where it is not understood; then nothing changes.
        """
        self.semantic = corrected(self.semantic, correction)

    def unrefine(self) -> None:
        """Take back the last correction; nothing happens where there is none."""
        self.semantic = without_last_correction(self.semantic)

    def save_preset(
        self, preset: str | Path, about: str | None = None, folder: Path | None = None, overwrite: bool = False
    ) -> Path:
        """Save the controls and the model as a preset, by name or into a file; returns the file.

        What the preset that this effect was loaded from has beyond that (a MIDI map, fields of a newer version) is
        kept. Raises `PresetError` where the name cannot be one, is taken, or the file cannot be written.
        """
        made = make_preset(self._controls, None, self._model, about, self._preset)
        if is_file_name(preset):
            return write_preset(Path(preset), made, overwrite)
        return PresetStore(folder).save(str(preset), made, overwrite)

    # ------------------------------------------------------------------------------------------------- hearing

    def listen(self, audio: AnyAudio, sample_rate: float) -> Heard:
        """Hear where a recording sits, and remember it: `adaptive` and `level_match` act on it in native chains.

        Parameters
        ----------
        audio : ndarray of float32 or float64
            As for `process`; at least 0.1 s that is not silent.
        sample_rate : float
            In Hz.

        Raises
        ------
        HearingError
            There is nothing to hear.
        BundleError
            The model has no audio encoder.
        """
        planes = as_planes(audio)
        with self._lock:
            heard = self._ear().hear(planes, sample_rate)
            kept = planes[:, : int(LISTENED_S * sample_rate)].astype(np.float32)
            self._listened = Listened(kept, sample_rate, AdaptedSpace(self._space, self._ear(), heard.lean_db))
            self._take(self._controls)
            return heard

    def _ear(self) -> Hearing:
        if self._hearing is None:
            self._hearing = Hearing(self._space)
        return self._hearing

    def _space_for(self, controls: Controls) -> WordSpace:
        if not controls.adaptive:
            return self._space
        self._ear()  # a model that cannot hear is refused now, not in the first call
        return self._space if self._listened is None else self._listened.space

    def _native_match_db(self) -> float:
        """What `level_match` adds in a native chain, where nothing of ours sees the audio: measured over `listen`."""
        c, heard = self._controls, self._listened
        if not c.matches_level or heard is None:
            return 0.0
        engine = Engine(heard.sample_rate_hz, heard.planes.shape[0])
        engine.jump(self._target.params, self._target.output_db)
        return match_gain_db(heard.planes, engine.process(heard.planes), heard.sample_rate_hz)

    # ---------------------------------------------------------------------------------------------------- audio

    def process(
        self,
        input_array: AnyAudio,
        sample_rate: float,
        buffer_size: int = 8192,
        reset: bool = True,
        automation: Mapping[str, TrackLike] | None = None,
    ) -> AnyAudio:
        """Render audio through the engine.

        Parameters
        ----------
        input_array : ndarray of float32 or float64
            (frames,), (channels, frames) or (frames, channels), 1 to 64 channels. The shorter axis is the channels';
            a square block is read as the one before it, and refused where there was none, as in pedalboard.
        sample_rate : float
            In Hz.
        buffer_size : int
            Taken for pedalboard's sake; the result does not depend on it.
        reset : bool
            Start a new stream; False continues the one of the last call, if rate and channels are the same.
        automation : mapping, optional
            Control name to `Track`, points ``(seconds, value)`` from the start of the stream, or a 1-D array spread
            over this audio. The controls stay where the tracks leave them.

        Returns
        -------
        ndarray
            Same shape and dtype as the input.
        """
        del buffer_size
        with self._lock:
            return self._process(input_array, sample_rate, reset, automation)

    def _process(
        self, audio: AnyAudio, sample_rate: float, reset: bool, automation: Mapping[str, TrackLike] | None
    ) -> AnyAudio:
        renderer = self._renderer
        going_on = None if reset or renderer is None else renderer.engine.channels
        layout = layout_of(audio, self._layout, going_on)
        planes = planes_of(audio, layout)
        channels, frames = planes.shape
        if audio.ndim == 2:
            self._layout = layout
        result = np.empty_like(audio)
        if not frames:
            if reset and renderer is not None:
                renderer.reset()
            return result
        if self._controls.adaptive and (reset or self._listened is None):
            self._hear_if_possible(planes, sample_rate)
        stream = (sample_rate, channels)
        if renderer is None or (renderer.engine.sample_rate_hz, renderer.engine.channels) != stream:
            renderer = self._renderer = Renderer(self._space_for(self._controls), *stream, self._controls)
        elif reset:
            renderer.reset()
        moves = None
        if automation:
            moves = Automation.of(automation, renderer.engine.frame / sample_rate, frames / sample_rate)
        wet: Any = planes_of(result, layout)
        renderer.process(planes, wet, automation=moves)
        if moves is not None:
            self._take(renderer.controls)
        if self._controls.matches_level:
            wet *= 10 ** (match_gain_db(planes, wet, sample_rate) / 20)
        return result

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Same as `process`."""
        return self.process(*args, **kwargs)

    def reset(self) -> None:
        """Forget the stream, here and in the native filters."""
        with self._lock:
            if self._renderer is not None:
                self._renderer.reset()
            super().reset()

    def _hear_if_possible(self, planes: Any, sample_rate: float) -> None:
        """Listen to what is about to be played; where there is nothing to hear, the plain word is right."""
        try:
            self.listen(planes, sample_rate)
        except HearingError:
            self._listened = None
            self._take(self._controls)

    # ------------------------------------------------------------------------------------------------ identity

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy by the controls and the model; the stream's state is not carried."""
        c = self._controls
        return type(self), (
            c.semantic,
            c.to,
            c.morph,
            c.intensity,
            c.output_db,
            c.bypass,
            c.level_match,
            c.adaptive,
            self._model,
        )

    def __eq__(self, other: object) -> bool:
        """Whether the other has the same controls and model."""
        if not isinstance(other, SemanticEQ):
            return NotImplemented
        return self._controls == other._controls and self._model == other._model

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        """The controls that are not at rest."""
        c = self._controls
        shown = [repr(c.semantic)] + ([f"to={c.to!r}", f"morph={c.morph:g}"] if c.to is not None else [])
        shown += [f"intensity={c.intensity:g}"] if c.intensity != 1 else []
        shown += [f"output_db={c.output_db:g}"] if c.output_db else []
        shown += [f"{name}=True" for name in ("bypass", "level_match", "adaptive") if getattr(c, name)]
        return f"SemanticEQ({', '.join(shown)})"
