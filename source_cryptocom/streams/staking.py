"""Staking: positions, stakes and conversions, and rewards."""

from source_cryptocom.api.rate_limits import STAKING
from source_cryptocom.api.response import Row
from source_cryptocom.retrievers.changing.reader import ByEarlierEnd, ChangingRows, OpenRows
from source_cryptocom.retrievers.pages import LastDays
from source_cryptocom.retrievers.paging.windows import RowTime
from source_cryptocom.streams.base import ExchangeStream, IncrementalExchangeStream

CREATED = RowTime("create_timestamp_ms")
PAGES = ByEarlierEnd(500)


def _until_final(open_rows: str) -> ChangingRows:
    """`open_rows`: the method that lists those which have not ended."""
    return ChangingRows((CREATED,), PAGES, "status", ("COMPLETED", "REJECTED"), OpenRows(open_rows, STAKING))


class StakingPosition(ExchangeStream):
    """What is staked, by staking instrument."""

    method = "private/staking/get-staking-position"
    rate_limit = STAKING
    primary_key = "instrument_name"
    optional = True


class OpenStake(ExchangeStream):
    """Stakes and unstakes under way, of the last 180 days."""

    method = "private/staking/get-open-stake"
    rate_limit = STAKING
    primary_key = "staking_id"
    columns = {"create_timestamp_ms": "create_time"}
    optional = True
    retriever = LastDays(CREATED, days=180, page_size=500)


class StakeHistory(IncrementalExchangeStream):
    """Stakes and unstakes that have ended; each comes with its old time of creation."""

    method = "private/staking/get-stake-history"
    rate_limit = STAKING
    primary_key = "staking_id"
    cursor_field = "create_time"
    columns = {"create_timestamp_ms": "create_time"}
    optional = True
    retriever = _until_final("private/staking/get-open-stake")


class OpenConvert(OpenStake):
    """Conversions between staked and plain coins under way, of the last 180 days."""

    method = "private/staking/get-open-convert"
    primary_key = "convert_id"


class ConvertHistory(StakeHistory):
    """Conversions that have ended."""

    method = "private/staking/get-convert-history"
    primary_key = "convert_id"
    retriever = _until_final("private/staking/get-open-convert")


class StakingReward(IncrementalExchangeStream):
    """Rewards. They have no id: two of one coin in one millisecond both come, and share their key."""

    method = "private/staking/get-reward-history"
    rate_limit = STAKING
    primary_key = ["staking_inst_name", "reward_inst_name", "event_time"]
    cursor_field = "event_time"
    columns = {"event_timestamp_ms": "event_time"}
    optional = True
    retriever = ChangingRows((RowTime("event_timestamp_ms"),), PAGES)

    def key_of(self, row: Row) -> str:
        """Two of one moment are told apart by their quantity, as far as it differs."""
        return f"{super().key_of(row)} {row.get('reward_quantity')}"
