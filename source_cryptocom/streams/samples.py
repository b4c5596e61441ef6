"""One request for each table of the account, for one row where its method can be asked so."""

from source_cryptocom.api.key_access import BALANCE, SampleRequest
from source_cryptocom.streams import STREAMS


def sample_requests(now_ms: int) -> list[SampleRequest]:
    """Without the balance, which is asked for before all others, and without what is asked for by another's ids."""
    samples = []
    for table, stream in STREAMS.items():
        parameters = stream.retriever.sample(now_ms)
        if stream.is_private() and stream.method != BALANCE and parameters is not None:
            every = {**stream.parameters, **parameters}
            samples.append(SampleRequest(table, stream.method, stream.rate_limit, stream.records_path, every))
    return samples
