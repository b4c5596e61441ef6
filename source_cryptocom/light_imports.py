"""Spares the command line the imports that no command uses: a third of the time until `spec` is printed.

- `import airbyte_cdk.x` runs the package's own `__init__` first, which imports all that the CDK has: sources of files,
  low-code sources, destinations. Here it runs when something asks the package itself for a name, and not before.
- The CDK imports requests_cache, which imports the clients of all databases that it can use and finds installed, boto3
  among them. The connector caches no request, so the databases count as not installed while requests_cache is imported.

Nothing is put in the place of what is spared. A program that imports the connector as a library is left alone.
"""

import importlib.util
import sys
from types import ModuleType
from typing import Any

PACKAGE = "airbyte_cdk"
DATABASES = ("boto3", "gridfs", "pymongo", "redis")


def spare_imports() -> None:
    """To be called before the CDK is imported. Does nothing where it is already."""
    if PACKAGE not in sys.modules:
        sys.modules[PACKAGE] = _unopened(PACKAGE)
        _import_without("requests_cache", DATABASES)


def _unopened(name: str) -> ModuleType:
    """A package whose submodules can be imported, and whose own code runs when one of its names is asked for."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    loader, package = spec.loader, importlib.util.module_from_spec(spec)

    def open_package(attribute: str) -> Any:
        if submodule := sys.modules.get(f"{name}.{attribute}"):
            return submodule
        if vars(package).pop("__getattr__", None):
            loader.exec_module(package)
        return getattr(package, attribute)

    vars(package)["__getattr__"] = open_package
    return package


def _import_without(module: str, absent: tuple[str, ...]) -> None:
    """Import `module` as if the packages of `absent` were not installed."""
    hidden = [name for name in absent if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None is documented to make an import fail
    try:
        importlib.import_module(module)
    finally:
        for name in hidden:
            del sys.modules[name]
