"""The staging models are those that the declared tables and their schemas make."""

from books.staging_models import STAGING, generated


def test_the_staging_models_are_those_that_the_schemas_make() -> None:
    """If not: make models."""
    assert {path.name: path.read_text(encoding="utf-8") for path in STAGING.iterdir()} == dict(generated())


def test_every_staged_column_has_the_description_of_its_schema() -> None:
    documentation = dict(generated())["_staging.yml"]
    assert "description: ''" not in documentation
    assert "above zero if charged" in documentation
