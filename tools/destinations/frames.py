"""Data frames and table formats, asked by expressions of Python; `fill` is the table of text, `load(rows)` another load."""

from __future__ import annotations

import importlib
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from tools.destinations.destination import Destination, Evaluate, Trap
from tools.destinations.questions import COLUMNS, ROWS

_TEXT = {column: [row[place] for row in ROWS] for place, column in enumerate(COLUMNS)}


def _arrow(columns: dict[str, list[Any]]) -> Any:
    arrow = importlib.import_module("pyarrow")
    return arrow.table({name: arrow.array(values, arrow.string()) for name, values in columns.items()})


@contextmanager
def _evaluating(names: dict[str, str], fill: Callable[[Path], Any]) -> Iterator[Evaluate]:
    """`names` are the modules that the forms use."""
    with tempfile.TemporaryDirectory() as folder:
        known: dict[str, Any] = {name: importlib.import_module(module) for name, module in names.items()}
        known.update(Decimal=Decimal, arrow_table=_arrow, folder=folder, fill=fill(Path(folder)))
        yield lambda _, form: eval(form, known)  # the forms that the page shows  # noqa: S307


def _frame(names: dict[str, str], fill: Callable[[Path], Any]) -> Callable[[], Any]:
    return partial(_evaluating, names, fill)


POLARS = Destination(
    "polars",
    "polars",
    {
        "amount": 'fill.select(pl.col("amount").cast(pl.Decimal(38, 18))).item(0, 0)',
        "product": 'fill.select(pl.col("quantity").cast(pl.Decimal(38, 8)) * pl.col("price").cast(pl.Decimal(38, 14)))'
        ".item(0, 0)",
        "sum": 'fill.select(pl.col("amount").cast(pl.Decimal(38, 18)).sum()).item()',
        "filter": 'fill.filter(pl.col("amount").cast(pl.Decimal(38, 18)) == Decimal("0.123456789012345678")).height',
        "id": 'fill.filter(pl.col("order_id") == "6142909898247428344").height',
        "instant": 'fill.select(pl.col("create_time").str.to_datetime(time_zone="UTC").dt.epoch("ms")).item(0, 0)',
        "offset": 'fill.select(pl.col("offset_time").str.to_datetime(time_zone="UTC").dt.epoch("ms")).item(0, 0)',
        "day": 'fill.select(pl.col("create_time").str.to_datetime(time_zone="UTC").dt.date()).item(0, 0)',
        "list": 'fill.select(pl.col("exec_inst").str.json_decode(pl.List(pl.String)).list.first()).item(0, 0)',
        "newest": 'fill.sort(pl.col("version").cast(pl.Int64)).unique("order_id", keep="last", maintain_order=True)'
        '.filter(pl.col("order_id") == "6142909898247428343").item(0, "status")',
        "added": 'pl.concat([pl.DataFrame({"id": ["a"]}), pl.DataFrame({"id": ["b"], "extra": ["x"]})], how="diagonal")'
        '.get_column("extra").to_list()',
    },
    _frame({"pl": "polars"}, lambda _: importlib.import_module("polars").DataFrame(_TEXT)),
    (
        Trap(
            "product",
            'pl.SQLContext(fill=fill).execute("SELECT CAST(quantity AS DECIMAL(38, 18)) * CAST(price AS DECIMAL(38, 18)) '
            'FROM fill LIMIT 1", eager=True).item()',
            "ComputeError",
        ),
        Trap("newest", 'fill.unique("order_id", keep="last", maintain_order=True).item(0, "status")', "ACTIVE"),
        Trap(
            "instant",
            'fill.select(pl.col("create_time").cast(pl.Datetime("ms", "UTC"))).item(0, 0)',
            "InvalidOperationError",
        ),
    ),
)

PANDAS = Destination(
    "pandas",
    "pandas",
    {
        "amount": 'fill.amount.map(Decimal, na_action="ignore")[0]',
        "product": "fill.quantity.map(Decimal)[0] * fill.price.map(Decimal)[0]",
        "sum": "fill.amount.astype(pd.ArrowDtype(pa.decimal128(38, 18))).sum()",
        "filter": '(fill.amount.map(Decimal, na_action="ignore") == Decimal("0.123456789012345678")).sum()',
        "id": '(fill.order_id == "6142909898247428344").sum()',
        "instant": "int(pd.to_datetime(fill.create_time, utc=True)[0].timestamp() * 1000)",
        "offset": "int(pd.to_datetime(fill.offset_time, utc=True)[0].timestamp() * 1000)",
        "day": "pd.to_datetime(fill.create_time, utc=True).dt.date[0]",
        "list": "fill.exec_inst.map(json.loads)[0][0]",
        "newest": 'fill.sort_values("version", key=lambda texts: texts.astype(int)).drop_duplicates("order_id", keep="last")'
        '.set_index("order_id").status["6142909898247428343"]',
        "added": 'pd.concat([pd.DataFrame({"id": ["a"]}), pd.DataFrame({"id": ["b"], "extra": ["x"]})])'
        ".extra.astype(object).where(lambda texts: texts.notna(), None).to_list()",
    },
    _frame(
        {"pd": "pandas", "pa": "pyarrow", "json": "json"}, lambda _: importlib.import_module("pandas").DataFrame(_TEXT)
    ),
    (
        Trap("sum", 'fill.amount.map(Decimal, na_action="ignore").dropna().sum()', "12345678901234567.12345678901"),
        Trap("amount", "pd.to_numeric(fill.amount)[0]", "0.12345678901234568"),
        Trap("newest", 'fill.drop_duplicates("order_id", keep="last").status.iloc[0]', "ACTIVE"),
    ),
    remark="Python's own Decimal adds with 28 digits unless `decimal.getcontext().prec` is raised.",
)


def _through_parquet(folder: Path) -> Any:
    parquet = importlib.import_module("pyarrow.parquet")
    parquet.write_table(_arrow(_TEXT), folder / "fill.parquet")
    return parquet.read_table(folder / "fill.parquet")


ARROW = Destination(
    "pyarrow, parquet",
    "pyarrow",
    {
        "amount": 'fill["amount"].cast(pa.decimal128(38, 18))[0].as_py()',
        "product": 'pc.multiply(fill["quantity"].cast(pa.decimal128(19, 8)), fill["price"].cast(pa.decimal128(18, 14)))[0]'
        ".as_py()",
        "sum": 'pc.sum(fill["amount"].cast(pa.decimal256(76, 18))).as_py()',
        "filter": 'pc.sum(pc.equal(fill["amount"].cast(pa.decimal128(38, 18)), pa.scalar(Decimal("0.123456789012345678"))))'
        ".as_py()",
        "id": 'pc.sum(pc.equal(fill["order_id"], "6142909898247428344")).as_py()',
        "instant": 'fill["create_time"].cast(pa.timestamp("ms", "UTC"))[0].value',
        "offset": 'fill["offset_time"].cast(pa.timestamp("ms", "UTC"))[0].value',
        "day": 'pc.cast(fill["create_time"].cast(pa.timestamp("ms", "UTC")), pa.date32())[0].as_py()',
        "newest": 'fill.append_column("n", fill["version"].cast(pa.int64())).sort_by([("order_id", "ascending"), '
        '("n", "descending")])["status"][0].as_py()',
        "added": 'pa.concat_tables([pa.table({"id": ["a"]}), pa.table({"id": ["b"], "extra": ["x"]})], '
        'promote_options="default")["extra"].to_pylist()',
    },
    _frame({"pa": "pyarrow", "pc": "pyarrow.compute"}, _through_parquet),
    (
        Trap(
            "product",
            'pc.multiply(fill["quantity"].cast(pa.decimal128(38, 8)), fill["price"].cast(pa.decimal128(38, 14)))[0].as_py()',
            "ArrowInvalid",
        ),
        Trap(
            "filter", 'pc.sum(pc.equal(fill["amount"].cast(pa.decimal128(38, 18)), 0.123456789012345678)).as_py()', "0"
        ),
        Trap("instant", 'fill["create_time"].cast(pa.timestamp("ms"))[0].value', "ArrowInvalid"),
    ),
)


def _delta(folder: Path) -> Any:
    deltalake = importlib.import_module("deltalake")
    deltalake.write_deltalake(str(folder / "fill"), _arrow(_TEXT))
    return deltalake.DeltaTable(str(folder / "fill"))


DELTA = Destination(
    "Delta Lake",
    "deltalake",
    {
        "amount": 'Decimal(fill.to_pyarrow_table(filters=[("version", "=", "2")])["amount"][0].as_py())',
        "filter": 'fill.to_pyarrow_table(filters=[("amount", "=", "0.123456789012345678")]).num_rows',
        "id": 'fill.to_pyarrow_table(filters=[("order_id", "=", "6142909898247428344")]).num_rows',
        "added": '[deltalake.write_deltalake(folder + "/l", arrow_table({"id": ["a"]})), deltalake.write_deltalake(folder + '
        '"/l", arrow_table({"id": ["b"], "extra": ["x"]}), mode="append", schema_mode="merge"), '
        'deltalake.DeltaTable(folder + "/l").to_pyarrow_table().sort_by("id")["extra"].to_pylist()][-1]',
    },
    _frame({"deltalake": "deltalake"}, _delta),
    remark="Keep amounts as text there and cast when reading: its statistics keep decimals as floats.",
)


def _iceberg(folder: Path) -> Any:
    catalog = importlib.import_module("pyiceberg.catalog.sql").SqlCatalog(
        "local", uri=f"sqlite:///{folder}/catalog.db", warehouse=f"file://{folder}"
    )
    catalog.create_namespace("raw")
    table = _arrow(_TEXT)
    created = catalog.create_table("raw.fill", schema=table.schema)
    created.append(table)
    return created


ICEBERG = Destination(
    "Iceberg",
    "pyiceberg",
    {
        "amount": 'Decimal(fill.scan("version = \'2\'").to_arrow()["amount"][0].as_py())',
        "filter": "fill.scan(\"amount = '0.123456789012345678'\").to_arrow().num_rows",
        "id": "fill.scan(\"order_id = '6142909898247428344'\").to_arrow().num_rows",
    },
    _frame({}, _iceberg),
    remark="Text, and a cast when reading, as for Delta Lake.",
)


def _ibis(_: Path) -> Any:
    # create_table of Arrow data fails with ibis 12 and the newest sqlglot.
    return importlib.import_module("ibis").memtable(_arrow(_TEXT))


IBIS = Destination(
    "ibis on DuckDB",
    "ibis-framework",
    {
        "amount": 'fill.filter(fill.version == "2").amount.cast("decimal(38, 18)").to_pyarrow()[0].as_py()',
        "product": 'fill.filter(fill.version == "2").select(v=fill.quantity.cast("decimal(38, 8)") * '
        'fill.price.cast("decimal(38, 14)")).v.to_pyarrow()[0].as_py()',
        "sum": 'fill.amount.cast("decimal(38, 18)").sum().to_pyarrow().as_py()',
        "filter": 'fill.filter(fill.amount == "0.123456789012345678").count().to_pyarrow().as_py()',
        "id": 'fill.filter(fill.order_id == "6142909898247428344").count().to_pyarrow().as_py()',
    },
    _frame({"ibis": "ibis"}, _ibis),
)


def _engine(_: Path) -> Any:
    sqlalchemy = importlib.import_module("sqlalchemy")
    engine = sqlalchemy.create_engine("sqlite://")
    table = sqlalchemy.Table("fill", sqlalchemy.MetaData(), *(sqlalchemy.Column(c, sqlalchemy.String) for c in COLUMNS))
    connection = engine.connect()
    table.create(connection)
    connection.execute(table.insert(), [dict(zip(COLUMNS, row, strict=True)) for row in ROWS])
    return connection, table


SQLALCHEMY = Destination(
    "SQLAlchemy",
    "sqlalchemy",
    {
        "amount": 'Decimal(fill[0].execute(sa.select(fill[1].c.amount).where(fill[1].c.version == "2")).scalar_one())',
        "filter": 'fill[0].execute(sa.select(sa.func.count()).where(fill[1].c.amount == "0.123456789012345678")).scalar_one()',
        "id": 'fill[0].execute(sa.select(sa.func.count()).where(fill[1].c.order_id == "6142909898247428344")).scalar_one()',
    },
    _frame({"sa": "sqlalchemy"}, _engine),
    remark="Declare amounts as String: Numeric goes through a float in some dialects.",
)


def _workbook(folder: Path) -> Any:
    openpyxl = importlib.import_module("openpyxl")
    book = openpyxl.Workbook()
    for row in (COLUMNS, *ROWS):
        book.active.append(row)
    book.save(folder / "fill.xlsx")
    return openpyxl.load_workbook(folder / "fill.xlsx").active


SPREADSHEET = Destination(
    "a spreadsheet (xlsx)",
    "openpyxl",
    {
        "amount": 'Decimal(fill["D2"].value)',
        "id": 'sum(cell.value == "6142909898247428344" for cell in fill["A"])',
    },
    _frame({}, _workbook),
    remark="Write cells as text. A program that opens a CSV file makes numbers of them, with 15 digits.",
)

FRAMES = (POLARS, PANDAS, ARROW, DELTA, ICEBERG, IBIS, SQLALCHEMY, SPREADSHEET)
