"""The live host under a knob that never rests: callback times, xruns and memory, on a JACK server without hardware.

    python benchmarks/live_soak.py [--minutes 10] [--block 128] [--rate 48000] [--json FILE]

Starts `jackd -d dummy` and `semeq live` with level matching, feeds it noise and a hundred CC 21 messages a second from
another JACK client, and watches the host's memory from outside. How often the machine alone makes something late is
told by a control that runs beside it: a bare C loop that computes as long as the callback does, every block. Exits 1 if
a bound is missed; xruns are told, not judged, because the player here is Python and misses blocks of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import jack
import numpy as np

MAIN = "from semeq.plugin.cli import main; main()"
CC_PER_SECOND = 100
#: What the callback takes, measured by this soak: the control computes as long.
CALLBACK_US = 12
MAX_SHARE = 0.25
MAX_GROWTH_KB = 2048


class Player:
    """A JACK client that plays noise and turns CC 21 without pause."""

    def __init__(self, server: str) -> None:
        self._client = jack.Client("player", no_start_server=True, servername=server)
        self._outs = [self._client.outports.register(f"out_{i}") for i in (1, 2)]
        self._midi = self._client.midi_outports.register("midi")
        self._noise = np.random.default_rng(0).standard_normal(1 << 16).astype(np.float32) * np.float32(0.1)
        self._frame, self._rate = 0, self._client.samplerate
        self.messages = 0
        self._leaving, self._left = False, threading.Event()
        self._client.set_process_callback(self._process)
        self._client.activate()

    def connect(self, host: str) -> None:
        """Play into a host."""
        for i, port in enumerate(self._outs, 1):
            self._client.connect(port, f"{host}:in_{i}")
        self._client.connect(self._midi, f"{host}:midi")

    def _process(self, frames: int) -> None:
        if self._leaving:
            self._left.set()
            raise jack.CallbackExit  # deactivating could cancel this thread while it waits for the interpreter
        for port in self._outs:
            at = self._frame % (len(self._noise) - frames)
            np.frombuffer(port.get_buffer(), np.float32)[:] = self._noise[at : at + frames]
        self._midi.clear_buffer()
        step = self._rate // CC_PER_SECOND
        for due in range(-(-self._frame // step) * step, self._frame + frames, step):
            value = round(63.5 + 63.5 * np.sin(2 * np.pi * due / self._rate / 4))
            self._midi.write_midi_event(due - self._frame, bytes((0xB0, 21, value)))
            self.messages += 1
        self._frame += frames

    def close(self) -> None:
        """Leave."""
        self._leaving = True
        self._left.wait(5)
        time.sleep(0.1)
        self._client.close()


def memory_kb(pid: int) -> int:
    """Resident memory of a process in kB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])


def start_control(seconds: float, block_us: float, folder: Path) -> subprocess.Popen[str] | None:
    """The bare loop, compiled and started; None where there is no C compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    program = folder / "late_control"
    source = Path(__file__).with_name("late_control.c")
    subprocess.run([compiler, "-O1", "-o", program, source], check=True)
    arguments = [f"{value:.1f}" for value in (seconds, block_us, CALLBACK_US)]
    return subprocess.Popen([program, *arguments], stdout=subprocess.PIPE, text=True)


def soak(minutes: float, block: int, rate: int, folder: Path) -> dict[str, object]:
    """Run it; returns the host's figures and the memory's course."""
    server = f"semeq-soak-{os.getpid()}"
    driver = ["-d", "dummy", "-r", str(rate), "-p", str(block)]
    jackd = subprocess.Popen(
        ["jackd", "-n", server, "-r", *driver], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    stats = folder / "stats.json"
    host = None
    try:
        time.sleep(2)
        arguments = ["live", "-s", "warm", "--to", "bright", "--map", "21=morph", "--level-match", "--plain"]
        host = subprocess.Popen([sys.executable, "-c", MAIN, *arguments, "--server", server, "--stats", str(stats)])
        time.sleep(4)
        player = Player(server)
        player.connect("semeq")
        control = start_control(60 * minutes, 1e6 * block / rate, folder)
        memory = []
        end = time.monotonic() + 60 * minutes
        while time.monotonic() < end and host.poll() is None:
            memory.append(memory_kb(host.pid))
            time.sleep(1)
        player.close()
        host.send_signal(signal.SIGINT)
        status = host.wait(20)
        bare = None if control is None else json.loads(control.communicate(timeout=30)[0])
    finally:
        if host is not None and host.poll() is None:
            host.kill()
        jackd.terminate()
        jackd.wait(10)
    settled = memory[min(60, len(memory) // 2) :]
    return {
        "exit_status": status,
        "messages_sent": player.messages,
        "memory_kb": {
            "after_settling": settled[0],
            "end": settled[-1],
            "lowest": min(settled),
            "highest": max(settled),
        },
        **json.loads(stats.read_text()),
        "control": bare,
    }


def main() -> None:
    """Run and judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--block", type=int, default=128)
    parser.add_argument("--rate", type=int, default=48_000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = soak(options.minutes, options.block, options.rate, Path(folder))
    print(json.dumps(figures, indent=1))
    if options.json is not None:
        options.json.write_text(json.dumps(figures, indent=1) + "\n")
    memory = figures["memory_kb"]
    judged = {
        "callback p99 within 25 % of the block": figures["callback_p99_share_of_block"] <= MAX_SHARE,
        "no message lost between callback and control thread": figures["lost_messages"] == 0,
        "memory within ±2 MB after the first minute": memory["highest"] - memory["lowest"] <= 2 * MAX_GROWTH_KB
        and abs(memory["end"] - memory["after_settling"]) <= MAX_GROWTH_KB,
        "ended cleanly": figures["exit_status"] == 0,
    }
    for who, times in (("callback", figures), ("bare loop", figures["control"])):
        if times is not None:
            print(f"{who}: {times['slow_callbacks']} of {times['callbacks']} took longer than a block")
    print(f"{figures['xruns']} xruns; {figures['late_targets']} targets came after their frame and were played at once")
    for name, held in judged.items():
        print(f"{'yes' if held else 'NO '}  {name}")
    sys.exit(0 if all(judged.values()) else 1)


if __name__ == "__main__":
    main()
