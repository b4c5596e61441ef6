"""What ended a sync, in a sentence: what happened, and what to do."""

import errno
from collections.abc import Iterator

from source_cryptocom.sync.folder_lock import FolderInUse
from source_cryptocom.sync.target import Target
from source_cryptocom.sync.warehouse import AnotherAccount

_AGAIN = "then run the same command again: what is loaded stays, and it goes on from there"
_FULL = ("no space left", "disk full", "could not write all bytes", "file too large", "could not extend file")
_LOCKED = ("conflicting lock", "being used by another process", "could not set lock")
_LOST = ("connection", "server closed", "could not translate host", "timeout expired")


def sentence_of(error: BaseException, target: Target) -> str:
    """The innermost cause decides; a traceback is for developers."""
    causes = list(_causes(error))
    if any(isinstance(cause, FolderInUse) for cause in causes):
        return f"Another sync is writing to {target.label}. Wait for its end, {_AGAIN}."
    if isinstance(error, AnotherAccount):
        return f"{target.label} holds the rows of another account than this key's. Each needs a target of its own."
    words = " ".join(str(cause) for cause in causes).lower()
    cause = _first_line(causes[-1])
    if any(isinstance(found, OSError) and found.errno == errno.ENOSPC for found in causes) or _has(words, _FULL):
        return f"The disk is full, so {target.label} could not be written ({cause}). Make room, {_AGAIN}."
    if _has(words, _LOCKED):
        return f"{target.label} is open in another program ({cause}). Close it there, {_AGAIN}."
    if target.address and _has(words, _LOST):
        return f"{target.label} cannot be reached ({cause}). See to the connection, {_AGAIN}."
    return f"{target.label} could not be written: {cause}"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what caused it, the innermost last."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _has(text: str, signs: tuple[str, ...]) -> bool:
    return any(sign in text for sign in signs)


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0].rstrip(".") if lines else type(error).__name__
