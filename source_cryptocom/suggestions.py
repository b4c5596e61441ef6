"""What a user may have meant by a name that does not exist. Pure."""

from collections.abc import Collection
from difflib import get_close_matches

_LIKE = 0.8
_SHORT = 3


def folded(name: str) -> str:
    """A name without case and separators: `apiKey`, `api-key` and `API_KEY` are one."""
    return "".join(filter(str.isalnum, name)).upper()


def close_name(name: str, names: Collection[str]) -> str | None:
    """The one of `names` that is most like `name`; None where none is."""
    by_folded = {folded(known): known for known in names}
    # Of short names every other one is much alike: 3m and 30m.
    like = _LIKE if len(folded(name)) > _SHORT else 1.0
    close = get_close_matches(folded(name), by_folded, n=1, cutoff=like)
    return by_folded[close[0]] if close else None


def did_you_mean(name: str, names: Collection[str]) -> str:
    """` (did you mean X?)`, or nothing where no name is like it."""
    meant = close_name(name, names)
    return f" (did you mean {meant}?)" if meant else ""
