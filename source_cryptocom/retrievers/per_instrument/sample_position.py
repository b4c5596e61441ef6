"""The position in a series of samples."""

from dataclasses import dataclass

from source_cryptocom.state.series_positions import Position, PositionFormat

_SINCE = " since "
_PARTIAL = " partial"


@dataclass(frozen=True)
class SamplePosition(Position):
    """The time of the newest sample that was read, in ms since the epoch.

    `since_ms`: every sample from then on was emitted, up to that one; None in states of earlier versions. `is_partial`:
    a sync was broken off there.
    """

    last_ms: int
    since_ms: int | None = None
    is_partial: bool = False

    @property
    def position_ms(self) -> int:
        return self.last_ms

    def as_state(self) -> str:
        """`1786968000000`, `1786968000000 since 1786900000000` or the same with `partial` behind it."""
        since = "" if self.since_ms is None else f"{_SINCE}{self.since_ms}"
        return f"{self.last_ms}{since}{_PARTIAL if self.is_partial else ''}"


def parse_sample_position(state: str) -> SamplePosition:
    """Raises AttributeError or ValueError for anything else."""
    last_ms, _, since = state.removesuffix(_PARTIAL).partition(_SINCE)
    return SamplePosition(int(last_ms), int(since) if since else None, state.endswith(_PARTIAL))


SAMPLE_POSITIONS = PositionFormat(parse_sample_position)
