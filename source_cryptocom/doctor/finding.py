"""One thing that the doctor looked at, and what the connector does about it."""

from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    """How a finding compares to what the connector expects."""

    EXPECTED = "ok"
    DIFFERENT = "differs"
    PROBLEM = "problem"
    UNKNOWN = "not known"


@dataclass(frozen=True)
class Finding:
    """`seen` is what the exchange did, without secret, id, amount or address; `handling` what the connector does."""

    subject: str
    verdict: Verdict
    seen: str
    handling: str
