"""Who can read a file: what the product writes is its owner's alone, and a config that others can read is told."""

import os
import stat
from pathlib import Path


def make_private(path: Path) -> None:
    """Leaves a file or folder to its owner, whatever an earlier run made of it. Windows has no such modes."""
    if os.name == "posix" and path.exists():
        path.chmod(0o700 if path.is_dir() else 0o600)


def warning_of_readers(path: str) -> str:
    """A sentence where other users of this machine can read the config file, else nothing."""
    if os.name != "posix":
        return ""
    try:
        mode = stat.S_IMODE(Path(path).stat().st_mode)
    except OSError:
        return ""
    if not mode & 0o077:
        return ""
    return (
        f"The config file {path} can be read by other users of this machine (its mode is {mode:04o}), and it is the "
        f"place of the account's secret: chmod 600 {path}"
    )
