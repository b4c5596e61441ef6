"""Decides when workers share the rest of a long window, and where to split it. Pure."""

from collections.abc import Iterator

from source_cryptocom.clock import NS_PER_MS
from source_cryptocom.retrievers.paging.windows import Window

# Two pages tell how dense trades are. A rest of more than so many pages is worth a few requests to share it.
JUDGED_PAGES = 2
PAGES_WORTH_SHARING = 8
# Each part costs about half a page more than a serial reading; of a rest that is thinner than it looked, few are empty.
PAGES_OF_A_PART = 6
MAX_PARTS = 16
# Bounds memory: after this many pages the rest becomes a new part, however short it looks.
MAX_PAGES = 32


def split_window(part: Window, oldest_ns: int, newest_ns: int, pages: int) -> list[Window]:
    """What is left of `part` after `pages` full pages of it, newest first; nothing where it is not worth sharing.

    `oldest_ns` and `newest_ns` are the ends of the last page. Parts meet at whole milliseconds, which mean the same to
    an exchange of any precision. The first of them reaches up to just behind the oldest trade's millisecond, so the
    trades of that one come again: where they do, nothing between the page and the part was skipped.
    """
    end_ns = (oldest_ns // NS_PER_MS + 1) * NS_PER_MS
    if newest_ns < end_ns or oldest_ns <= part.start_ns or pages < JUDGED_PAGES:
        return []
    pages_left = pages * (oldest_ns - part.start_ns) / max(part.end_ns - oldest_ns, 1)
    if pages_left <= PAGES_WORTH_SHARING and pages < MAX_PAGES:
        return []
    count = max(1, min(MAX_PARTS, round(pages_left / PAGES_OF_A_PART)))
    return list(_cut(Window(part.start_ns, end_ns), count))


def _cut(rest: Window, count: int) -> Iterator[Window]:
    """`count` windows of about one width, the newest first; fewer where they would be narrower than a millisecond."""
    end_ns = rest.end_ns
    for number in range(count - 1, -1, -1):
        cut_ns = max(rest.start_ns, (rest.start_ns + rest.width_ns * number // count) // NS_PER_MS * NS_PER_MS)
        if cut_ns < end_ns:
            yield Window(cut_ns, end_ns)
            end_ns = cut_ns
