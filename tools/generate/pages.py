"""What the documentation says about the tables and the configuration."""

import inspect
import json
import logging
import re
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from source_cryptocom import SourceCryptocom
from source_cryptocom.streams import STREAMS, ExchangeStream, IncrementalExchangeStream, wallet
from source_cryptocom.streams.schema import declared_schema
from tools.generate import destinations

PROJECT = Path(__file__).parents[2]
README = PROJECT / "README.md"
CONTRIBUTING = PROJECT / "CONTRIBUTING.md"
DOCS = PROJECT / "docs"
BEGIN, END = "<!-- written by make generate -->", "<!-- until here -->"

_TYPES = {"date-time": "timestamp", "date": "date"}


def generated() -> dict[Path, str]:
    """Each page with its generated part made anew."""
    parts = {
        README: groups(),
        DOCS / "tables.md": details(),
        DOCS / "cryptocom.md": overview(),
        DOCS / "configuration.md": configuration(),
        DOCS / "destinations.md": destinations.sections(),
    }
    pages = {page: _with_part(page, part) for page, part in parts.items()}
    pages[CONTRIBUTING] = _with_sample(CONTRIBUTING.read_text(encoding="utf-8"))
    return pages | {README: re.sub(r"\b\d+ tables\b", f"{len(STREAMS)} tables", pages[README])}


def _with_part(page: Path, part: str) -> str:
    before, rest = page.read_text(encoding="utf-8").split(f"{BEGIN}\n", maxsplit=1)
    _, after = rest.split(END, maxsplit=1)
    return f"{before}{BEGIN}\n{part}\n{END}{after}"


def _with_sample(text: str) -> str:
    """CONTRIBUTING with the sample of a declaration as it is in the code."""
    before, begin, rest = text.partition("   ```python\n")
    _, end, after = rest.partition("   ```\n")
    sample = textwrap.indent(inspect.getsource(wallet.FiatDeposit), "   ", predicate=lambda line: bool(line.strip()))
    return f"{before}{begin}{sample}{end}{after}"


def groups() -> str:
    """A row for each module that declares tables: what its docstring says, and their names."""
    names: dict[str, list[str]] = {}
    for name, stream in STREAMS.items():
        names.setdefault(stream.__module__, []).append(f"`{name}`")
    described = [(inspect.getdoc(sys.modules[module]) or "", found) for module, found in names.items()]
    return table(("what", "tables"), [(text.rstrip("."), ", ".join(found)) for text, found in described])


def overview() -> str:
    """A row for each table."""
    rows = [
        (f"`{name}`", stream.method, ", ".join(stream.key_columns()), cursor_of(stream), modes_of(stream))
        for name, stream in STREAMS.items()
    ]
    return table(("stream", "method of the exchange", "primary key", "cursor", "incremental"), rows)


def details() -> str:
    """A section for each table, with its columns."""
    return "\n\n".join(_section(name, stream) for name, stream in STREAMS.items())


def _section(name: str, stream: type[ExchangeStream]) -> str:
    facts = [f"Key: {', '.join(f'`{column}`' for column in stream.key_columns()) or 'none'}."]
    if cursor := cursor_of(stream):
        facts.append(f"Cursor: `{cursor}`.")
    facts.append(f"Read from `{stream.method}`.")
    schema = declared_schema(name)
    columns = table(("column", "type", "meaning"), _columns(schema["properties"]))
    return f"## {name}\n\n{summary_of(stream)} {' '.join(facts)}\n\n{columns}"


def _columns(properties: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str, str]]:
    for name, column in properties.items():
        kinds = column["type"] if isinstance(column["type"], list) else [column["type"]]
        kind = next(kind for kind in kinds if kind != "null")
        yield f"`{name}`", _TYPES.get(column.get("format", ""), kind), column.get("description", "")


def configuration() -> str:
    """A row for each field of the form."""
    spec = SourceCryptocom().spec(logging.getLogger("airbyte")).connectionSpecification["properties"]
    fields = sorted(spec.items(), key=lambda field: field[1]["order"])
    return table(("field", "in the form", "default", "meaning"), [_field(name, field) for name, field in fields])


def _field(name: str, field: Mapping[str, Any]) -> Sequence[str]:
    default = field.get("default")
    values = default if isinstance(default, list) else [] if default is None else [json.dumps(default).strip('"')]
    meaning = re.sub(r'<a href="(.+?)">(.+?)</a>', r"[\2](\1)", " ".join(field["description"].split()))
    choices = field.get("enum") or field.get("items", {}).get("enum")
    if choices:
        meaning += f" One of {', '.join(f'`{choice}`' for choice in choices)}."
    title = "not shown" if field.get("airbyte_hidden") else field["title"]
    return f"`{name}`", title, ", ".join(f"`{value}`" for value in values), meaning


def summary_of(stream: type[ExchangeStream]) -> str:
    """The first paragraph of what the declaration says about itself."""
    return " ".join((inspect.getdoc(stream) or "").split("\n\n", maxsplit=1)[0].split())


def cursor_of(stream: type[ExchangeStream]) -> str:
    """The column that later syncs go on from, or nothing."""
    return str(stream.cursor_field) if issubclass(stream, IncrementalExchangeStream) else ""


def modes_of(stream: type[ExchangeStream]) -> str:
    """Whether it can be read incrementally."""
    return "yes" if issubclass(stream, IncrementalExchangeStream) else "no"


def table(head: Sequence[str], rows: Iterator[Sequence[str]] | Sequence[Sequence[str]]) -> str:
    """Markdown."""
    lines = [_row(head), _row(["---"] * len(head)).replace(" ", ""), *(_row(row) for row in rows)]
    return "\n".join(lines)


def _row(cells: Sequence[str]) -> str:
    return re.sub(r" +", " ", f"| {' | '.join(cells)} |")
