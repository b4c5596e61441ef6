"""The private members of other packages that the connector stands on, in as few files as possible."""

import ast
import importlib
import inspect
import logging
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import requests
from airbyte_cdk.sources.concurrent_source.concurrent_read_processor import ConcurrentReadProcessor
from airbyte_cdk.sources.concurrent_source.concurrent_source import ConcurrentSource
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, PoolManager
from urllib3.connection import HTTPConnection
from urllib3.response import HTTPResponse

import source_cryptocom

PACKAGE = source_cryptocom.__name__


@dataclass(frozen=True)
class Use:
    """What `module` uses of `owner`; `instance` is one, where a class alone does not show all members."""

    module: str
    owner: type
    members: frozenset[str]
    instance: Any = None


def use(module: str, owner: type, members: str, instance: Any = None) -> Use:
    return Use(f"{PACKAGE}.{module}", owner, frozenset(members.split()), instance)


USES = [
    # A page of records is one item of the engine's queue.
    use("concurrency.engine", ConcurrentSource, "_handle_item"),
    use("concurrency.engine", ConcurrentReadProcessor, "_record_counter"),
    # The log file follows no link that somebody has planted.
    use("logs.log_file", logging.FileHandler, "_open"),
    # An answer's whole body is read within bounds. Public names, but not all of them documented.
    use("api.transport", requests.Response, "_content _content_consumed", requests.Response()),
    use("api.transport", HTTPAdapter, "init_poolmanager proxy_manager_for poolmanager", HTTPAdapter()),
    use("api.transport", HTTPAdapter, "get_connection_with_tls_context cert_verify request_url build_response"),
    use("api.transport", PoolManager, "pool_classes_by_scheme", PoolManager()),
    use("api.transport", HTTPConnectionPool, "ConnectionCls"),
    use("api.transport", HTTPConnection, "response_class"),
    use("api.transport", HTTPResponse, "read1 release_conn"),
]
LISTED = {(one.module, member) for one in USES for member in one.members if member.startswith("_")}
OWN = re.compile(r"\bself\.(_[a-z]\w*)|\bdef (_[a-z]\w*)")


@pytest.mark.parametrize(
    ("one", "member"),
    [pytest.param(one, member, id=f"{one.owner.__name__}.{member}") for one in USES for member in sorted(one.members)],
)
def test_a_member_that_the_connector_stands_on_is_still_there(one: Use, member: str) -> None:
    is_there = hasattr(one.owner if one.instance is None else one.instance, member) or member in _names(one.owner)
    assert is_there, (
        f"{one.owner.__module__}.{one.owner.__name__} has no {member} any more, which {one.module} uses: read what "
        "took its place, and change that module before the upgrade is taken."
    )


def test_every_private_member_of_another_package_is_listed_here() -> None:
    found = {(module.__name__, name) for module in _modules() for name in (*_inherited(module), *_reached_for(module))}
    assert found == LISTED


def _modules() -> Iterator[Any]:
    for module in pkgutil.walk_packages(source_cryptocom.__path__, f"{PACKAGE}."):
        yield importlib.import_module(module.name)


def _inherited(module: Any) -> Iterator[str]:
    """Private names that a class of ours shares with a base of another package."""
    classes: list[Any] = [ours for ours in vars(module).values() if inspect.isclass(ours)]
    for ours in classes:
        if ours.__module__ == module.__name__:
            bases = [base for base in ours.__mro__ if not base.__module__.startswith(PACKAGE)]
            yield from _names(ours) & set[str]().union(*map(_names, bases))


def _reached_for(module: Any) -> Iterator[str]:
    """Private names that are taken from another object than `self`, or from its `__dict__`."""
    for node in ast.walk(ast.parse(Path(module.__file__).read_text())):
        if isinstance(node, ast.Attribute) and re.match(r"_[a-z]", node.attr):
            of = ast.unparse(node.value)
            if of not in ("self", "cls", "super()", "os"):  # os._exit is documented
                yield node.attr
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("__dict__"):
            name = ast.unparse(node.slice).strip("'")
            if name.startswith("_"):
                yield name


def _names(owner: type) -> frozenset[str]:
    """Private attributes and methods in the source of a class; none where it has no source."""
    return _names_by_class(owner.__module__).get(owner.__name__, frozenset())


@cache
def _names_by_class(module: str) -> dict[str, frozenset[str]]:
    """Of all classes of a module, which is parsed once: inspect.getsource would do so for each of them."""
    try:
        source = inspect.getsource(importlib.import_module(module))
    except (OSError, TypeError):
        return {}
    lines = source.splitlines()
    return {
        node.name: frozenset(
            attribute or method
            for attribute, method in OWN.findall("\n".join(lines[node.lineno - 1 : node.end_lineno]))
        )
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ClassDef)
    }
