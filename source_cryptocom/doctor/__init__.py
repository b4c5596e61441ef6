"""`source-cryptocom doctor`: what this account and this exchange really do, beside what the connector expects."""
