"""The command line: `source-cryptocom spec|check|discover|read`, `doctor` and `sync`.

What a command needs is imported when it is called: the Airbyte CDK takes a second.
"""

import argparse
import codecs
import io
import os
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version

from source_cryptocom.light_imports import spare_imports

PROGRAM = "source-cryptocom"
OWN_COMMANDS = {
    "sync": "reads tables into a DuckDB file, a folder of parquet files, Postgres or another warehouse",
    "doctor": "says what this account and this exchange really do, to be shown to others",
}
"""Those that speak to a person. Each has a command line of its own."""
PROTOCOL = {
    "spec": "prints the fields of the config",
    "check": "says whether the exchange answers and the key can read",
    "discover": "prints the catalog: every table that the config can read",
    "read": "prints the rows and states of the tables that a catalog names",
}
"""Those of the Airbyte protocol: JSON lines on stdout."""


def run(args: Sequence[str] | None = None) -> None:
    """Runs a command; without one, prints help. Exits with 1 when a sync or a command fails, 2 for wrong arguments."""
    arguments = list(sys.argv[1:] if args is None else args)
    prepare()
    if not arguments:
        _parser().print_help()
        sys.exit(2)
    if arguments[0] in OWN_COMMANDS:
        sys.exit(_own_command(arguments[0])(arguments[1:]))
    options = _parser().parse_args(arguments)
    spare_imports()
    from source_cryptocom.entrypoint import launch  # noqa: PLC0415

    launch(options)


def prepare() -> None:
    """What every command needs: files that their owner alone can read, and output in UTF-8."""
    os.umask(0o077)
    _write_utf8()


def _own_command(name: str) -> Callable[[Sequence[str]], int]:
    if name == "doctor":
        spare_imports()
        from source_cryptocom.doctor.command import main as doctor  # noqa: PLC0415

        return doctor
    from source_cryptocom.sync.command import main as sync  # noqa: PLC0415

    return sync


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(PROGRAM, description="Reads the Crypto.com Exchange.")
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {version(PROGRAM)}")
    commands = parser.add_subparsers(title="commands", dest="command", required=True)
    for name, summary in (OWN_COMMANDS | PROTOCOL).items():
        command = commands.add_parser(name, help=summary, description=f"{name} {summary}.")
        if name in PROTOCOL:
            command.add_argument("--debug", action="store_true", help="also log what is of use to developers")
        if name in PROTOCOL.keys() - {"spec"}:
            command.add_argument("--config", required=True, help="path to the JSON config")
        if name == "read":
            command.add_argument(
                "--catalog", required=True, help="path to the configured catalog, or to discover's output"
            )
            command.add_argument("--state", help="path to a JSON list of states; without one the tables are read anew")
    return parser


def _write_utf8() -> None:
    """The protocol is UTF-8 whatever the locale; what UTF-8 cannot hold is escaped."""
    for stream in (sys.__stdout__, sys.__stderr__):
        if isinstance(stream, io.TextIOWrapper) and codecs.lookup(stream.encoding).name != "utf-8":
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
