"""The command line of the doctor: `source-cryptocom doctor --config FILE`."""

import argparse
import platform
import textwrap
from collections.abc import Sequence
from importlib.metadata import version

from source_cryptocom.clock import now_ms, rfc3339
from source_cryptocom.config import ROOTS, Config, ConfigError, normalize_config, parse_config
from source_cryptocom.doctor.examination import examine
from source_cryptocom.doctor.finding import Finding, Verdict
from source_cryptocom.doctor.probe import MAX_REQUESTS, Probe
from source_cryptocom.file_modes import warning_of_readers
from source_cryptocom.files import read_config
from source_cryptocom.logs.redaction import redact, register_secrets

_INTRODUCTION = f"""\
Reads only, with at most {MAX_REQUESTS} requests. No secret, id, amount or address is printed: the report can be shown.
"""
_WIDTH = 100


def main(arguments: Sequence[str]) -> int:
    """Prints a report; 1 where something keeps the connector from reading, 2 for a config that cannot be used."""
    parser = argparse.ArgumentParser(
        "source-cryptocom doctor", description="Says what this account and this exchange really do. " + _INTRODUCTION
    )
    parser.add_argument("--config", required=True, help="path to the JSON config")
    options = parser.parse_args(arguments)
    started = now_ms()
    if warning := warning_of_readers(options.config):
        print(f"warning: {warning}")
    try:
        raw = normalize_config(read_config(options.config))
        register_secrets(str(raw.get("api_key", "")), str(raw.get("api_secret", "")))
        config = parse_config(raw, started)
    except ConfigError as error:
        print(redact(str(error)))
        return 2
    probe = Probe(config)
    print(_heading(config, started) + _INTRODUCTION, flush=True)
    findings = []
    for finding in examine(probe, started):
        findings.append(finding)
        print(redact(entry(finding)), flush=True)
    print(summary(findings, len(probe.answers)))
    return int(any(finding.verdict is Verdict.PROBLEM for finding in findings))


def _heading(config: Config, started: int) -> str:
    roots = {root: environment for environment, root in ROOTS.items()}
    exchange = roots.get(config.base_url, "an address of its own")
    return (
        f"source-cryptocom {version('source-cryptocom')}, Python {platform.python_version()} on {platform.system()}\n"
        f"exchange: {exchange}; {rfc3339(started)}\n"
    )


def entry(finding: Finding) -> str:
    """The observation, and below it what the connector does about it."""
    seen = textwrap.fill(
        f"{finding.subject}: {finding.seen}",
        _WIDTH,
        initial_indent=f"{finding.verdict.value:<11}",
        subsequent_indent=" " * 11,
    )
    handling = textwrap.fill(finding.handling, _WIDTH, initial_indent=" " * 11 + "-> ", subsequent_indent=" " * 14)
    return f"{seen}\n{handling}"


def summary(findings: Sequence[Finding], requests: int) -> str:
    """How many findings of each kind, in words."""
    counts = {verdict: sum(finding.verdict is verdict for finding in findings) for verdict in Verdict}
    return (
        f"\n{requests} requests. {counts[Verdict.EXPECTED]} as expected, {counts[Verdict.DIFFERENT]} different and "
        f"handled, {counts[Verdict.UNKNOWN]} not known, {counts[Verdict.PROBLEM]} to be solved."
    )
