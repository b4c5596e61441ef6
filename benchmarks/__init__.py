"""Measures the connector against the simulated exchange; `python -m benchmarks` prints ratios of one run."""
