"""The connector inside Airflow 3: one task per account, read by `source-cryptocom sync`, on a schedule.

Airflow pins versions of the same packages, so the connector gets an environment of its own:

    python -m venv /opt/cryptocom
    /opt/cryptocom/bin/pip install 'source-cryptocom[sync]'

Put this file into the folder of your DAGs. CRYPTOCOM_PYTHON is that environment's Python. CRYPTOCOM_CONFIGS is a folder
with one config file per account: `treasury.json`, `desk_a.json`. Each account has a DuckDB file of its own in
CRYPTOCOM_DATABASES. For a warehouse, put its address and a schema for each account (`--to postgres://... --schema
desk_a`) in place of the file. The key stays in its file: Airflow never sees it.
"""

import os
from datetime import datetime, timedelta, timezone
from pathlib import Path

from airflow.sdk import dag, task

PYTHON = os.environ.get("CRYPTOCOM_PYTHON", "/opt/cryptocom/bin/python")
CONFIGS = Path(os.environ.get("CRYPTOCOM_CONFIGS", "secrets/accounts"))
DATABASES = Path(os.environ.get("CRYPTOCOM_DATABASES", "."))


@dag(
    schedule="5 * * * *",
    start_date=datetime(2026, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    max_active_runs=1,  # never two runs at a time: they would share the keys' limits
    default_args={"retries": 2, "retry_delay": timedelta(minutes=1)},
)
def cryptocom() -> None:
    """A task for each account."""

    @task.external_python(python=PYTHON, expect_airflow=False)
    def read_account(config_file: str, database: str) -> dict[str, int]:
        """Runs in the other environment, which knows nothing but what is in here. Gives the rows of each table."""
        import subprocess
        import sys
        from pathlib import Path

        import duckdb

        # What docs/cryptocom.md says to start with for an account's books.
        tables = ["user_balance", "order_history", "user_trade", "transaction"]
        tables += ["advanced_order_history", "deposit", "withdrawal"]
        connector = Path(sys.executable).with_name("source-cryptocom")
        command = [str(connector), "sync", "--config", config_file, "--to", database, "--tables", ",".join(tables)]
        subprocess.run(command, check=True)
        with duckdb.connect(database, read_only=True) as connection:
            return {table: connection.table(table).count("*").fetchall()[0][0] for table in tables}

    for file in sorted(CONFIGS.glob("*.json")):
        read_account.override(task_id=f"read_{file.stem}")(str(file), str(DATABASES / f"{file.stem}.duckdb"))


cryptocom()
