"""What `--to` may be, and what is said of the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from source_cryptocom.sync.target import UnusableTarget, parse_target


def test_a_file_that_ends_in_duckdb_is_a_database(tmp_path: Path) -> None:
    target = parse_target(str(tmp_path / "account.duckdb"))
    assert (target.database, target.folder, target.default_schema) == (tmp_path / "account.duckdb", None, "main")


def test_another_path_is_a_folder_for_parquet_files(tmp_path: Path) -> None:
    target = parse_target(str(tmp_path / "candles"))
    assert target.folder == tmp_path / "candles"
    assert target.database is not None
    assert target.database.parent.parent == target.folder
    assert not target.folder.exists()


@pytest.mark.parametrize(
    ("address", "environment", "opened"),
    [
        ("postgres://me:word@host:5433/crypto", {}, "postgresql://me:word@host:5433/crypto?"),
        ("postgres://me@host/crypto?sslmode=require", {}, "postgresql://me:@host/crypto?sslmode=require"),
        ("postgresql:///crypto", {"PGUSER": "you"}, "postgresql://you:@localhost/crypto?"),
        ("postgres://me@/crypto", {"PGHOST": "/run/pg"}, "postgresql://me:@localhost/crypto?host=%2Frun%2Fpg"),
    ],
)
def test_what_a_postgres_address_leaves_out_is_as_for_postgres_own_programs(
    address: str, environment: dict[str, str], opened: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PGUSER", "PGHOST"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    target = parse_target(address)
    assert (target.address, target.destination, target.default_schema) == (opened, "postgres", "cryptocom")
    assert "word" not in target.label


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("postgress://me@host/crypto", "no warehouse is known by postgress:// (did you mean postgres?)"),
        ("rows.csv", "rows.csv ends in .csv, and a target is a folder"),
        ("nowhere/account.duckdb", "there is no folder nowhere for account.duckdb"),
    ],
)
def test_what_is_no_target_is_told(text: str, sentence: str) -> None:
    with pytest.raises(UnusableTarget, match=sentence.replace("(", r"\(").replace("?", r"\?").replace(")", r"\)")):
        parse_target(text)
