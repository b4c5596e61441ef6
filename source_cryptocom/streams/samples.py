"""One small request for each table of the account, which shows whether the key may read it."""

from source_cryptocom.api.key_access import BALANCE, SampleRequest
from source_cryptocom.streams import STREAMS


def sample_requests(now_ms: int) -> list[SampleRequest]:
    """Sample requests, without the balance (checked first) and without tables that need ids from another table."""
    samples = []
    for table, stream in STREAMS.items():
        parameters = stream.retriever.sample(now_ms)
        if stream.is_private() and stream.method != BALANCE and parameters is not None:
            every = {**stream.parameters, **parameters}
            samples.append(SampleRequest(table, stream.method, stream.rate_limit, stream.records_path, every))
    return samples
