"""Which tables the key can read: one request for each of their methods."""

from source_cryptocom.doctor.finding import Finding, Verdict
from source_cryptocom.doctor.probe import Answer, Probe
from source_cryptocom.streams.samples import sample_requests


def readable_tables(probe: Probe, now_ms: int) -> list[Finding]:
    """A finding for what can be read, and one for each kind of refusal: the tables together that are answered alike."""
    alike: dict[tuple[Verdict, str, str], list[str]] = {}
    for sample in sample_requests(now_ms):
        answer = probe.private(sample.method, sample.parameters, sample.rate_limit)
        alike.setdefault(_judge(answer), []).append(sample.table)
    return [
        Finding("tables", verdict, f"{', '.join(tables)}: {seen}", handling)
        for (verdict, seen, handling), tables in alike.items()
    ]


def _judge(answer: Answer) -> tuple[Verdict, str, str]:
    if answer.is_good:
        return Verdict.EXPECTED, "the key can read them", "It reads them."
    if (answer.rule and answer.rule.refuses_method) or answer.code == 40101:
        handling = "It reads the other tables. Leave these out of the connection, or ask the exchange's support."
        return Verdict.DIFFERENT, answer.summary, handling
    return Verdict.PROBLEM, answer.summary, "A sync of these would fail. Please report it."
