"""Start-up: the time until `spec` is printed, against a source that has nothing but the CDK."""

from statistics import median

from benchmarks.measure import print_table, run_connector

ROUNDS = 7


def spec_time() -> None:
    """Both in turns, so that a busy machine slows both; medians of wall and processor time."""
    pairs = [
        (run_connector(["main.py"], ["spec"]), run_connector(["-m", "benchmarks.empty_source"], ["spec"]))
        for _ in range(ROUNDS)
    ]
    rows = []
    for name, index in (("this connector", 0), ("an empty CDK source", 1)):
        runs = [pair[index] for pair in pairs]
        wall, processor = median(run.wall for run in runs), median(run.processor for run in runs)
        rows.append([name, f"{wall:.2f}", f"{processor:.2f}"])
    ratio = median(own.processor / empty.processor for own, empty in pairs)
    rows.append(["ratio of processor time, pair by pair", "", f"{ratio:.2f}"])
    print_table(f"spec, median of {ROUNDS}", ["", "wall s", "processor s"], rows)
