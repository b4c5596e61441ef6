"""What follows from the declared tables is as they are."""

from tools.generate.__main__ import generated, outdated
from tools.generate.staging_models import STAGING


def test_no_generated_file_is_out_of_date() -> None:
    assert not outdated(), "run `make generate`"


def test_every_staged_column_is_described_and_a_charge_with_its_staged_sign() -> None:
    documentation = generated()[STAGING / "_staging.yml"]
    assert "description: ''" not in documentation
    assert "above zero if charged" in documentation
