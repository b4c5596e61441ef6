"""The connector inside Dagster: one asset per table and account, read by `source-cryptocom sync`, on a schedule.

    python -m pip install 'dagster>=1.11,<2' dagster-webserver 'source-cryptocom[sync]'
    CRYPTOCOM_CONFIGS=secrets/accounts dagster dev -f examples/dagster/cryptocom_assets.py

docs/more-than-one-account.md says what to install, and where dagster.yaml belongs.

CRYPTOCOM_CONFIGS is a folder with one config file per account: `treasury.json`, `desk_a.json`. Each account has a
DuckDB file of its own beside its config's name in CRYPTOCOM_DATABASES. For a warehouse, put its address and a schema
for each account (`--to postgres://... --schema desk_a`) in place of the file. The key stays in its file: Dagster never
sees it.
"""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import dagster
import duckdb

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


def account_assets(account: str, config_file: Path, database: Path) -> dagster.AssetsDefinition:
    """The tables of one account as assets. One process reads all of them, so that they share the key's limits."""

    @dagster.multi_asset(
        name=f"{account}_history",
        specs=[dagster.AssetSpec([account, table], group_name=account) for table in TABLES],
        # A key's limits are shared by all that use it: never two runs of one account at a time, as dagster.yaml says.
        pool=f"cryptocom_{account}",
        retry_policy=dagster.RetryPolicy(max_retries=2, delay=60),
    )
    def history() -> Iterator[dagster.MaterializeResult[object]]:
        command = [CONNECTOR, "sync", "--config", str(config_file), "--to", str(database), "--tables", ",".join(TABLES)]
        subprocess.run(command, check=True)
        with duckdb.connect(str(database), read_only=True) as connection:
            rows = {table: connection.table(table).count("*").fetchall()[0][0] for table in TABLES}
        for table in TABLES:
            yield dagster.MaterializeResult(
                asset_key=[account, table], metadata={"rows": rows[table], "database": str(database)}
            )

    return history


def definitions(configs: Path, databases: Path) -> dagster.Definitions:
    """Assets for every config file in a folder, and a job an hour for all of them."""
    assets = [
        account_assets(file.stem, file, databases / f"{file.stem}.duckdb") for file in sorted(configs.glob("*.json"))
    ]
    hourly = dagster.define_asset_job("hourly", dagster.AssetSelection.all())
    return dagster.Definitions(
        assets=assets, jobs=[hourly], schedules=[dagster.ScheduleDefinition(job=hourly, cron_schedule="5 * * * *")]
    )


defs = definitions(
    Path(os.environ.get("CRYPTOCOM_CONFIGS", "secrets/accounts")), Path(os.environ.get("CRYPTOCOM_DATABASES", "."))
)
