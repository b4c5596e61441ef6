"""Rows that stand inside other rows."""

import pytest

from source_cryptocom.api.response import Row
from source_cryptocom.streams.row_expansion import networks_of

NETWORK = {"network_id": "CRO", "withdraw_enabled": True}


@pytest.mark.parametrize("without", [{}, {"network_list": None}, {"network_list": []}], ids=str)
def test_a_currency_that_has_no_network_costs_the_others_nothing(without: Row) -> None:
    result = {"update_time": 5, "currency_map": {"AGLD": without, "CRO": {"full_name": "C", "network_list": [NETWORK]}}}
    assert list(networks_of(result)) == [{"update_time": 5, "currency": "CRO", "full_name": "C", **NETWORK}]


@pytest.mark.parametrize("networks", ["CRO", {}, ["CRO"]], ids=str)
def test_networks_that_cannot_be_read_are_told(networks: object) -> None:
    with pytest.raises(ValueError, match="is not a"):
        list(networks_of({"currency_map": {"CRO": {"network_list": networks}}}))
