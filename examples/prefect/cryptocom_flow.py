"""The connector inside Prefect: one task per account, read by `source-cryptocom sync`, on a schedule.

    python -m pip install 'prefect>=3,<4' 'source-cryptocom[sync]'
    CRYPTOCOM_CONFIGS=secrets/accounts python examples/prefect/cryptocom_flow.py

CRYPTOCOM_CONFIGS is a folder with one config file per account: `treasury.json`, `desk_a.json`. Each account has a
DuckDB file of its own in CRYPTOCOM_DATABASES. For a warehouse, put its address and a schema for each account
(`--to postgres://... --schema desk_a`) in place of the file. The key stays in its file: Prefect never sees it.
"""

import os
import subprocess
from pathlib import Path

import duckdb
from prefect import flow, task

TABLES = (
    "user_balance",
    "order_history",
    "user_trade",
    "transaction",
    "advanced_order_history",
    "deposit",
    "withdrawal",
)
"""What docs/cryptocom.md says to start with for an account's books."""
CONNECTOR = os.environ.get("CRYPTOCOM_CONNECTOR", "source-cryptocom")


@task(retries=2, retry_delay_seconds=60, task_run_name="{config_file.stem}")
def read_account(config_file: Path, database: Path) -> dict[str, int]:
    """One process reads all tables of an account, so that they share the key's limits. Gives the rows of each."""
    command = [CONNECTOR, "sync", "--config", str(config_file), "--to", str(database), "--tables", ",".join(TABLES)]
    subprocess.run(command, check=True)
    with duckdb.connect(str(database), read_only=True) as connection:
        return {table: connection.table(table).count("*").fetchall()[0][0] for table in TABLES}


@flow(name="cryptocom")
def every_account(configs: Path, databases: Path) -> dict[str, dict[str, int]]:
    """The accounts one after the other: each key's limits are its own, this machine is not."""
    return {file.stem: read_account(file, databases / f"{file.stem}.duckdb") for file in sorted(configs.glob("*.json"))}


if __name__ == "__main__":
    every_account.serve(
        name="hourly",
        cron="5 * * * *",
        limit=1,  # never two runs at a time: they would share the keys' limits
        parameters={
            "configs": os.environ.get("CRYPTOCOM_CONFIGS", "secrets/accounts"),
            "databases": os.environ.get("CRYPTOCOM_DATABASES", "."),
        },
    )
