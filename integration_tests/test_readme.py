"""What the documentation says is what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from source_cryptocom.streams import STREAMS

PROJECT = Path(__file__).parent.parent
README = PROJECT / "README.md"
CONTRIBUTING = PROJECT / "CONTRIBUTING.md"
PAGES = [
    README,
    CONTRIBUTING,
    PROJECT / ".github" / "SECURITY.md",
    PROJECT / "examples" / "README.md",
    *sorted((PROJECT / "docs").glob("*.md")),
]
SECTIONS = [
    "Prerequisites",
    "Setup guide",
    "Supported sync modes",
    "Supported Streams",
    "IP allow list",
    "Performance considerations",
    "Data type map",
    "Limitations & Troubleshooting",
    "Changelog",
]
"""Those of Airbyte's own pages, in their order."""


def text_of(name: str) -> str:
    return (PROJECT / name).read_text(encoding="utf-8")


def section(page: Path, title: str) -> str:
    """The text under a heading of the second level."""
    text = page.read_text(encoding="utf-8").partition(f"\n## {title}\n")[2]
    return re.split(r"^## ", text, maxsplit=1, flags=re.MULTILINE)[0]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_command_that_a_page_names_exists(page: Path) -> None:
    targets = set(re.findall(r"^([\w-]+):", text_of("Makefile"), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)(?:make )([a-z-]+)", page.read_text(encoding="utf-8"), re.MULTILINE))
    assert named <= targets


def test_contributing_explains_every_make_target() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", text_of("Makefile"), re.MULTILINE))
    assert not targets - set(re.findall(r"`make ([a-z-]+)`", section(CONTRIBUTING, "Start")))


def test_contributing_lists_every_retriever() -> None:
    listed = set(re.findall(r"^\| `(\w+)` \|", section(CONTRIBUTING, "Add a table"), re.MULTILINE))
    assert {type(stream.retriever).__name__ for stream in STREAMS.values()} <= listed


def test_contributing_says_of_every_folder_of_the_connector_what_it_answers() -> None:
    named = set(
        re.findall(r"`(source_cryptocom/[\w/]*)`", section(CONTRIBUTING, "Which folder to open for which change"))
    )
    folders = {f"{path.parent.relative_to(PROJECT)}/" for path in (PROJECT / "source_cryptocom").rglob("*.py")}
    assert named == folders


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_page_links_to_or_names_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = {page.parent / target for target in re.findall(r"\]\((?!http)([^)#]+)\)", text)}
    folders = "source_cryptocom|simulated_exchange|integration_tests|demo|books|dbt|docs|examples|benchmarks|unit_tests"
    named = {PROJECT / path for path in re.findall(rf"`((?:{folders})/[a-z_/.-]*)`", text)}
    assert not [str(path) for path in links | named if not path.exists()]


def test_the_page_has_the_sections_of_airbytes_own_pages() -> None:
    assert re.findall(r"^## (.+)$", text_of("docs/cryptocom.md"), re.MULTILINE) == SECTIONS


def test_the_version_is_the_same_everywhere() -> None:
    metadata = yaml.safe_load(text_of("metadata.yaml"))["data"]
    found = {
        "metadata.yaml": metadata["dockerImageTag"],
        "pyproject.toml": matched(r'^version = "(.+)"$', "pyproject.toml"),
        "Dockerfile": matched(r"io\.airbyte\.version=(\S+)", "Dockerfile"),
        "CHANGELOG.md": matched(r"^## (\d\S*)", "CHANGELOG.md"),
        "examples/terraform/variables.tf": matched(r'^  default +=\s"(\d\S*)"', "examples/terraform/variables.tf"),
        "docs/cryptocom.md": matched(r"^\| (\d+\.\d+\.\d+) \|", "docs/cryptocom.md"),
        "dbt/dbt_project.yml": matched(r"^version: (\S+)$", "dbt/dbt_project.yml"),
    }
    assert len(set(found.values())) == 1, found
    assert not [name for name in found if f"`{name}`" not in section(CONTRIBUTING, "Release")]


def test_no_other_file_than_those_of_a_release_has_the_version() -> None:
    version = re.escape(matched(r'^version = "(.+)"$', "pyproject.toml"))
    named = re.compile(rf"(?<![\w.=]){version}(?![\w.])")
    files = [
        *PROJECT.glob("*"),
        *(path for name in ("dbt", "examples", ".github") for path in (PROJECT / name).rglob("*")),
    ]
    data = (
        path for path in files if path.suffix in (".yml", ".yaml", ".toml", ".tf", ".json") or path.name == "Dockerfile"
    )
    having = {str(path.relative_to(PROJECT)) for path in data if named.search(path.read_text(encoding="utf-8"))}
    assert not having - set(re.findall(r"`([\w./]+)`", section(CONTRIBUTING, "Release")))


def test_no_file_of_the_source_is_longer_than_contributing_says() -> None:
    [longest] = re.findall(r"at most (\d+) lines", section(CONTRIBUTING, "Change"))
    folders = ("source_cryptocom", "books", "demo", "tools", "benchmarks")
    files = (path for folder in folders for path in (PROJECT / folder).rglob("*.py"))
    assert not [str(path) for path in files if len(path.read_text("utf-8").splitlines()) > int(longest)]


def test_the_release_has_the_same_date_in_both_changelogs() -> None:
    dated = matched(r"^## \d\S* - (\d{4}-\d\d-\d\d)$", "CHANGELOG.md")
    assert dated == matched(r"^\| \d+\.\d+\.\d+ \| (\S+) \|", "docs/cryptocom.md")


def test_the_image_has_one_name_until_it_is_released() -> None:
    name = matched(r"^IMAGE \?= (\S+)$", "Makefile")
    assert name == matched(r"^connector_image: (\S+)$", "acceptance-test-config.yml")
    pages = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert set(re.findall(r"[\w/]*source-cryptocom:[\w.]+", pages)) == {name, "REGISTRY/source-cryptocom:VERSION"}


def test_the_base_image_is_the_same_everywhere() -> None:
    metadata = yaml.safe_load(text_of("metadata.yaml"))["data"]
    assert matched(r"^ARG BASE=(\S+)", "Dockerfile") == metadata["connectorBuildOptions"]["baseImage"]


def test_continuous_integration_runs_on_windows_what_the_page_says() -> None:
    [demo, *_] = re.findall(r"```powershell\n(.*?)```", text_of("docs/running.md"), re.DOTALL)
    jobs = yaml.safe_load(text_of(".github/workflows/test.yml"))["jobs"]
    assert demo in [step.get("run") for step in jobs["windows"]["steps"]]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_heading_finds_it(page: Path) -> None:
    for file, anchor in re.findall(r"\]\((?!http)([^)#]*)#([^)]+)\)", page.read_text(encoding="utf-8")):
        target = (page.parent / file if file else page).read_text(encoding="utf-8")
        headings = re.findall(r"^#+ (.+)$", target, re.MULTILINE)
        assert anchor in {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_page_is_reachable_from_the_readme() -> None:
    found, waiting = set(), [README]
    while waiting:
        page = waiting.pop()
        found.add(page)
        links = re.findall(r"\]\((?!http)([^)#]+\.md)", page.read_text(encoding="utf-8"))
        waiting += {(page.parent / link).resolve() for link in links} - found - set(waiting)
    assert set(PAGES) <= found


def matched(pattern: str, name: str) -> str:
    """The first match in a file of the project."""
    found = re.search(pattern, text_of(name), re.MULTILINE)
    assert found, f"{name} has nothing like {pattern}"
    return found[1]


def test_every_dependency_is_explained() -> None:
    declared = set(re.findall(r'^    "([a-z-]+)[<>=]', text_of("pyproject.toml"), re.MULTILINE))
    declared |= set(re.findall(r'^    "(types-[a-z]+)"', text_of("pyproject.toml"), re.MULTILINE))
    declared |= {"airbyte-cdk", "requests", "pip-audit", "uv", "cyclonedx-bom"}
    explained = section(CONTRIBUTING, "Dependencies")
    assert not [name for name in declared if not re.search(rf"\b{name}\b", explained)]


def test_the_page_for_airbytes_users_has_no_link_that_only_works_in_this_repository() -> None:
    links = re.findall(r"\]\(([^)]+)\)", text_of("docs/cryptocom.md"))
    assert [link for link in links if not link.startswith(("https://", "#"))] == []
