"""The fees of one instrument."""

from __future__ import annotations

from dataclasses import dataclass

from simulated_exchange.answers import Refusal
from simulated_exchange.expected_records import Record, record_of
from simulated_exchange.resource import Asked, Method, Resource
from simulated_exchange.wire import row_json, shape


@dataclass(frozen=True, slots=True)
class InstrumentFeeRate:
    """Rates in basis points."""

    instrument_name: str

    @property
    def effective_maker_rate_bps(self) -> str:
        return "1.4" if "-" in self.instrument_name else "24"

    @property
    def effective_taker_rate_bps(self) -> str:
        return "3.2" if "-" in self.instrument_name else "48.5"


INSTRUMENT_FEE_RATE = shape(
    {"instrument_name": "text", "effective_maker_rate_bps": "decimal", "effective_taker_rate_bps": "decimal"}
)


def instrument_fee_rate(asked: Asked) -> bytes:
    instrument = asked.params["instrument_name"]
    if instrument not in asked.market.names or instrument in asked.behaviour.refused_instruments:
        raise Refusal(40004, "Invalid instrument_name")
    return row_json(InstrumentFeeRate(instrument), INSTRUMENT_FEE_RATE, asked.behaviour).encode()


def expected_instrument_fee_rate(instrument: str) -> Record:
    """The record of an instrument: the instruments are the market's, not the account's."""
    return record_of(InstrumentFeeRate(instrument), INSTRUMENT_FEE_RATE)


RESOURCE = Resource(
    methods={
        "private/get-instrument-fee-rate": Method(
            instrument_fee_rate, key="instrument_name", parameters={"instrument_name": "text!"}, rows_at=""
        )
    }
)
