"""Whether an earlier attempt of the same job has completed a full refresh already.

Between the attempts of one job the platform keeps what a resumable stream has emitted, and its state; a stream that was
complete and came again would be there twice. For a new job it clears the state, and counts a new generation, whose
number it writes into the catalog. Where nobody counts generations, a state may as well be left over from an earlier
run: then the mark counts for an hour, so that no table stays empty or old for long.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from source_cryptocom.clock import MS_PER_HOUR, MS_PER_SECOND, rfc3339
from source_cryptocom.state.state import State, UnusableState, any_time

COMPLETED_AT = "full_refresh_completed_at"
_GENERATION = "generation_id"
VALID_FOR_MS = MS_PER_HOUR


@dataclass(frozen=True)
class FullRefresh:
    """A full refresh of one stream. `generation_id` is the platform's number of it, None where nobody counts."""

    generation_id: int | None = None

    def mark_completed(self, state: State, now: int) -> dict[str, Any]:
        """The state of a stream that has been read whole at `now`, the exchange's time in ms."""
        generation = {} if self.generation_id is None else {_GENERATION: self.generation_id}
        return {**state, COMPLETED_AT: rfc3339(now), **generation}

    def is_completed(self, state: State, now: Callable[[], int]) -> bool:
        """Whether `state` says that this refresh is complete. A mark that cannot be read is none.

        `now` gives the exchange's time in ms, which may cost a request.
        """
        if self.generation_id is not None and _GENERATION in state:
            return COMPLETED_AT in state and state[_GENERATION] == self.generation_id
        try:
            completed_ms = any_time(state, COMPLETED_AT)
        except UnusableState:
            return False
        # The exchange's time is known to a second.
        return -MS_PER_SECOND <= now() - completed_ms < VALID_FOR_MS
