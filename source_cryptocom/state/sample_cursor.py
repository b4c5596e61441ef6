"""How far a series of samples was read."""

from dataclasses import dataclass

from source_cryptocom.state.series_cursors import Cursor, CursorFormat


@dataclass(frozen=True)
class SampleCursor(Cursor):
    """The time of the newest sample that was read, in ms since the epoch."""

    last_ms: int

    @property
    def position_ms(self) -> int:
        return self.last_ms

    def as_state(self) -> str:
        return str(self.last_ms)


SAMPLE_CURSORS = CursorFormat(lambda state: SampleCursor(int(state)))
