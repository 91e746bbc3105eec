"""What listens while the music plays, on a thread of its own: level matching and adaptation."""

from __future__ import annotations

import threading

import numpy as np

from semeq.eq import FloatArray

from ..midi import Change
from ..moves import AMOUNT, MATCH_DB
from .adapting import Adaptation
from .levels import LevelFollower
from .processor import LiveProcessor

PERIOD_S = 0.05
# The gain goes this far towards the estimate each time: two thirds in 0.3 s, which hides the estimate's noise.
_APPROACH = 1 - np.exp(-PERIOD_S / 0.3)
_FINEST_DB = 0.01
_FINEST_AMOUNT = 1e-3


class Listener:
    """Posts a matching gain, and how much of the words this music needs, to the processor a few times a second.

    Parameters
    ----------
    processor : LiveProcessor
    adaptation : Adaptation, optional
    """

    def __init__(self, processor: LiveProcessor, adaptation: Adaptation | None = None) -> None:
        self._processor, self._adaptation = processor, adaptation
        self._rate = processor.sample_rate_hz
        self._follower = LevelFollower(self._rate)
        self._heard = 0
        self._match_db, self._amount = 0.0, 1.0
        self.failure = ""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="semeq-listener", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, and wait for it."""
        self._stop.set()
        self._thread.join(2.0)

    def _run(self) -> None:
        while not self._stop.wait(PERIOD_S):
            try:
                self.listen_once()
            except Exception as error:  # a thread that dies would leave the last gain standing without a word
                self.failure = f"listening stopped ({type(error).__name__}: {error})"
                return

    def listen_once(self) -> None:
        """Take in what is new, and post what follows from it."""
        processor = self._processor
        values = processor.performer.values
        self._follower.listen(processor.tap)
        if self._adaptation is not None:
            audio, self._heard = processor.tap.since(self._heard, 0)
            if audio.shape[1]:
                self._adaptation.hear(audio, self._rate)
            if values["adaptive"]:
                self._adapt(processor.morphs.params(values["semantic"], values["to"], values["morph"], 1.0))
        goal = 0.0
        if values["level_match"] and not values["bypass"]:
            goal = self._follower.match_db(processor.target)
        if abs(goal - self._match_db) < _FINEST_DB:
            return
        step = goal - self._match_db
        self._match_db += step if abs(step) < 10 * _FINEST_DB else float(_APPROACH) * step
        processor.request(Change(MATCH_DB, self._match_db, PERIOD_S))

    def _adapt(self, params: FloatArray) -> None:
        """Move the amount towards what the adaptation finds."""
        if self._adaptation is None:
            return
        step = self._adaptation.amount(params) - self._amount
        if abs(step) > _FINEST_AMOUNT:
            self._amount += float(_APPROACH) * step
            self._processor.request(Change(AMOUNT, self._amount, PERIOD_S))
