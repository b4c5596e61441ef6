"""`source-cryptocom sync`: tables into a DuckDB file, a folder of parquet files, Postgres or another warehouse.

    command             the command line: what is wrong with it in one sentence, then the sync
    connector_process   the connector as a process of its own, which alone holds the key
    connector           what runs in that process
    tables              which tables are meant
    collector           what came and is not loaded yet, as Arrow tables
    target, warehouse   where it goes, and dlt, which writes it there
    progress            what a person sees meanwhile

Nothing but `connector` imports the Airbyte CDK, and that imports nothing of the others but `tables`.
"""
