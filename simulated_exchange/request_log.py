"""What was asked: every request with its arrival, its parameters and how it was answered."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class RequestRecord:
    """One request. `arrival` is monotonic seconds, `body` a POST's; status and code stay None until it was answered."""

    method: str
    number: int
    arrival: float
    params: Mapping[str, Any] = field(default_factory=dict)
    body: str | None = None
    status: int | None = None
    code: int | None = None
    fault: str | None = None


@dataclass
class RequestLog:
    """Requests by method, in order of arrival."""

    requests: defaultdict[str, list[RequestRecord]] = field(default_factory=lambda: defaultdict(list))
    unknown_parameters: Counter[tuple[str, str]] = field(default_factory=Counter)

    def arrived(self, method: str, arrival: float) -> RequestRecord:
        records = self.requests[method]
        record = RequestRecord(method, len(records) + 1, arrival)
        records.append(record)
        return record

    def clear(self) -> None:
        self.requests.clear()
        self.unknown_parameters.clear()

    def rejected_share(self) -> float:
        """Share of all requests that were answered 429."""
        total = sum(len(records) for records in self.requests.values())
        rejected = sum(_rejected(records) for records in self.requests.values())
        return rejected / total if total else 0.0

    def statistics(self) -> dict[str, object]:
        """Per method: count, rejected (429), first and last arrival (monotonic s), peak in any second."""
        return {
            "methods": {
                method: {
                    "count": len(records),
                    "rejected": _rejected(records),
                    "faults": sum(record.fault is not None for record in records),
                    "first_arrival": records[0].arrival,
                    "last_arrival": records[-1].arrival,
                    "peak_per_second": _peak([record.arrival for record in records]),
                    "codes": {str(code): n for code, n in Counter(record.code for record in records).items()},
                }
                for method, records in sorted(self.requests.items())
                if records
            },
            "rejected_share": self.rejected_share(),
            "unknown_parameters": {f"{method} {name}": n for (method, name), n in self.unknown_parameters.items()},
        }


def _rejected(records: list[RequestRecord]) -> int:
    return sum(record.status == 429 for record in records)


def _peak(arrivals: list[float]) -> int:
    peak = first = 0
    for last, arrival in enumerate(arrivals):
        while arrivals[first] <= arrival - 1.0:
            first += 1
        peak = max(peak, last - first + 1)
    return peak
