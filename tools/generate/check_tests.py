"""The dbt tests of the checks: of each one of what differs, and one of what is open."""

import re
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "dbt"
PATH = PACKAGE / "models" / "reconciliation" / "_discrepancy.yml"
MACRO = PACKAGE / "macros" / "reconciliation.sql"
NEVER_CERTAIN = {
    "fills_have_an_order",
    "movements_are_in_the_ledger",
    "stakes_lead_to_stakes",
    "executions_have_their_order",
    "positions_cost_what_was_paid",
    "settlements_come_regularly",
    "wallet_is_worth_its_balances",
    "balance_history_has_no_gap",
    "lists_name_what_rows_name",
    "tax_events_explain_the_ledger",
    "candles_agree_with_trades",
}
"""Checks that only warn: they have no test of what differs."""

HEAD = """# written by `make generate` from the list of checks in dbt/macros/reconciliation.sql
version: 2

models:
  - name: cryptocom__discrepancy
    description: Every comparison of every check that did not come out even.
    # Here and not on the checks themselves: a test that fails keeps dbt from building what lies behind its model.
    data_tests:
"""


def checks() -> list[str]:
    """The names that the macro `checks` returns."""
    [body] = re.findall(r"macro checks\(\) -%\}(.*?)endmacro", MACRO.read_text(encoding="utf-8"), re.DOTALL)
    return re.findall(r"'(\w+)'", body)


def text() -> str:
    """The whole file."""
    lines = []
    for check in checks():
        if check not in NEVER_CERTAIN:
            lines.append(f"      - does_not_differ: {{name: {check}, arguments: {{check_name: {check}}}}}")
        named = f"name: {check}_so_far, arguments: {{check_name: {check}}}"
        lines.append(f"      - is_settled: {{{named}, config: {{severity: warn}}}}")
    return HEAD + "\n".join(lines) + "\n"
