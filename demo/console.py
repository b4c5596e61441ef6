"""Progress lines that read the same on a terminal, in a file and in continuous integration."""

import sys
import time


class Problem(Exception):
    """What a person must know or do before it can work; the text is a sentence."""


class Console:
    """Prints each step with the seconds since the start before it, whatever becomes of `sys.stdout` meanwhile."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._out = sys.stdout

    def step(self, text: str) -> None:
        print(f"[{time.monotonic() - self._started:3.0f} s] {text}", file=self._out, flush=True)
