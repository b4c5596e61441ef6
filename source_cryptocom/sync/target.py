"""Where a sync writes to: a DuckDB file, a folder of parquet files, or an address of another warehouse."""

import hashlib
import os
import re
from dataclasses import dataclass
from getpass import getuser
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from source_cryptocom.suggestions import did_you_mean

DATABASE_SUFFIXES = (".duckdb", ".db", ".ddb")
WAREHOUSES = {
    "postgres": "postgres",
    "postgresql": "postgres",
    "redshift": "redshift",
    "snowflake": "snowflake",
    "bigquery": "bigquery",
    "clickhouse": "clickhouse",
    "mssql": "mssql",
    "databricks": "databricks",
}
"""dlt's name of the destination by the scheme of an address."""
DUCKDB_SCHEMA = "main"
WAREHOUSE_SCHEMA = "cryptocom"


class UnusableTarget(ValueError):
    """What is wrong with `--to`; the text is a clause."""


@dataclass(frozen=True)
class Target:
    """`label` names it to a person, without a password. `work`: a folder for what is there during a sync only.

    `database`: the DuckDB file, None where the target is an address. `folder`: that of the parquet files, else None, in
    which the database is the sync's own.
    """

    label: str
    work: Path
    database: Path | None = None
    folder: Path | None = None
    destination: str = "duckdb"
    address: str = ""

    @property
    def default_schema(self) -> str:
        return DUCKDB_SCHEMA if self.database else WAREHOUSE_SCHEMA


def parse_target(text: str) -> Target:
    """Raises UnusableTarget. Writes nothing."""
    if re.match(r"[a-z0-9+]+://", text):
        return _warehouse(text)
    path = Path(text)
    if path.suffix in DATABASE_SUFFIXES:
        if path.is_dir():
            raise UnusableTarget(f"{text} is a folder, not a DuckDB file")
        if not path.absolute().parent.is_dir():
            raise UnusableTarget(f"there is no folder {path.parent} for {path.name}")
        return Target(text, path.absolute().with_name(f".{path.name}.sync"), database=path.absolute())
    if path.is_file():
        raise UnusableTarget(
            f"{text} is a file, and a target is a folder for parquet files or a file that ends in .duckdb"
        )
    if path.suffix:
        raise UnusableTarget(
            f"{text} ends in {path.suffix}, and a target is a folder for parquet files, a file that ends in .duckdb, "
            "or an address such as postgres://user@host/database"
        )
    own = path.absolute() / ".source-cryptocom"
    return Target(text, own / "sync", database=own / "tables.duckdb", folder=path.absolute())


def _warehouse(address: str) -> Target:
    scheme = urlsplit(address).scheme
    if scheme not in WAREHOUSES:
        raise UnusableTarget(
            f"no warehouse is known by {scheme}://{did_you_mean(scheme, WAREHOUSES)}; there are "
            f"{', '.join(f'{name}://' for name in WAREHOUSES)}"
        )
    label = re.sub(r"//[^/@]*@", "//", address).split("?")[0]
    digest = hashlib.sha256(address.encode()).hexdigest()[:16]
    work = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "source-cryptocom" / digest
    if WAREHOUSES[scheme] == "postgres":
        address = _with_libpq_defaults(address)
    return Target(label, work, destination=WAREHOUSES[scheme], address=address)


def _with_libpq_defaults(address: str) -> str:
    """dlt asks for user, password and host. An empty password has Postgres' own library look where it always does:

    in PGPASSWORD and in ~/.pgpass, so that none has to stand on the command line.
    """
    parts = urlsplit(address)
    user = parts.username or quote(os.environ.get("PGUSER") or getuser())
    host = parts.hostname or "localhost"
    port = f":{parts.port}" if parts.port else ""
    query = dict(parse_qsl(parts.query))
    if not parts.hostname and "PGHOST" in os.environ:
        query.setdefault("host", os.environ["PGHOST"])
    return f"postgresql://{user}:{parts.password or ''}@{host}{port}{parts.path}?{urlencode(query)}"
