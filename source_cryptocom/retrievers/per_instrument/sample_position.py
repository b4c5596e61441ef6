"""The position in a series of samples."""

from dataclasses import dataclass

from source_cryptocom.state.series_positions import Position, PositionFormat


@dataclass(frozen=True)
class SamplePosition(Position):
    """The time of the newest sample that was read, in ms since the epoch."""

    last_ms: int

    @property
    def position_ms(self) -> int:
        return self.last_ms

    def as_state(self) -> str:
        return str(self.last_ms)


SAMPLE_POSITIONS = PositionFormat(lambda state: SamplePosition(int(state)))
