"""The way to the exchange: does it answer, from this address, with this key, by this clock, and how fast?"""

from collections.abc import Sequence
from statistics import median

from source_cryptocom.api.errors import Action
from source_cryptocom.doctor.finding import Finding, Verdict
from source_cryptocom.doctor.probe import Answer

TOLERANCE_SECONDS = 60
_WHITELIST_CODE = 40103


def exchange_answers(answer: Answer) -> Finding:
    """Whether a request without a key is answered."""
    handling = "Without an answer it tries again for five minutes, then ends the sync with a sentence that says why."
    if answer.rule is None:
        return Finding("exchange", Verdict.EXPECTED, "public methods answer", handling)
    hint = answer.rule.hint.format(method="public/get-instruments", clock="")
    return Finding("exchange", Verdict.PROBLEM, f"{answer.summary}. {hint}", handling)


def clock(answers: Sequence[Answer]) -> Finding:
    """How far this machine's clock is from the exchange's, by the Date of the answers."""
    handling = (
        "Requests carry this machine's time, and the exchange refuses those that are more than 60 seconds off. What is "
        "claimed to be read goes by the exchange's time."
    )
    offsets = [answer.clock_ahead_seconds for answer in answers if answer.clock_ahead_seconds is not None]
    if not offsets:
        return Finding("clock", Verdict.UNKNOWN, "the answers carry no time", handling)
    offset = median(offsets)
    seen = f"{abs(offset):.0f} s {'ahead of' if offset > 0 else 'behind'} the exchange, give or take one"
    if abs(offset) > TOLERANCE_SECONDS:
        return Finding("clock", Verdict.PROBLEM, f"{seen}: synchronise it (NTP)", handling)
    return Finding(
        "clock", Verdict.DIFFERENT if abs(offset) > TOLERANCE_SECONDS / 2 else Verdict.EXPECTED, seen, handling
    )


def address(balance: Answer, families: Sequence[str] = ()) -> Finding:
    """Whether the key may be used from here. `families`: the kinds of address by which this machine may leave."""
    handling = "It cannot go round a whitelist: the sync ends with a sentence that names it."
    if balance.code == _WHITELIST_CODE:
        seen = "this machine's address is not on the key's whitelist"
        return Finding("address", Verdict.PROBLEM, seen + _leaving_by(families), handling)
    if balance.is_good:
        seen = "the key may be used from this machine's address"
        return Finding("address", Verdict.EXPECTED, seen + _leaving_by(families), handling)
    return Finding("address", Verdict.UNKNOWN, f"the balance was {balance.summary}", handling)


def _leaving_by(families: Sequence[str]) -> str:
    if not families:
        return ""
    both = ": a whitelist needs both of its addresses" if len(families) > 1 else ""
    return f"; it reaches the exchange by {' and '.join(families)}{both}"


def key(balance: Answer) -> Finding:
    """Whether the key reads the balance, which every usable key does."""
    handling = "Tables of the account need it; `check` proves it."
    if balance.is_good:
        return Finding("key", Verdict.EXPECTED, "reads the balance", handling)
    if balance.rule and balance.rule.action is Action.CONFIG_ERROR and balance.code != _WHITELIST_CODE:
        hint = balance.rule.hint.format(method="private/user-balance", clock="")
        return Finding("key", Verdict.PROBLEM, f"{balance.summary}. {hint}", handling)
    return Finding("key", Verdict.UNKNOWN, f"the balance was {balance.summary}", handling)


def pace(answers: Sequence[Answer]) -> Finding:
    """How fast the exchange answers, and whether it takes requests at the published limits."""
    handling = "It keeps a little below the published limits, and slows a method down where requests are refused."
    refused = sum(answer.rule is not None and answer.rule.action is Action.RATE_LIMITED for answer in answers)
    times = [answer.seconds for answer in answers if answer.status is not None]
    if not times:
        return Finding("pace", Verdict.UNKNOWN, "no answer", handling)
    seen = f"{median(times) * 1000:.0f} ms for an answer; {refused} of {len(answers)} requests refused as too many"
    return Finding("pace", Verdict.DIFFERENT if refused else Verdict.EXPECTED, seen, handling)
