"""Injects faults into the modules that everything rests on, and says how many the unit tests notice."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path("mutants")
LEAST = 0.95


def main() -> int:
    """Gives 1 where fewer than LEAST of the faults are noticed: fail a test, or keep it from ending."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    for command in ("run", "results", "export-cicd-stats"):
        subprocess.run([sys.executable, "-m", "mutmut", command], check=True)
    counts = json.loads((FOLDER / "mutmut-cicd-stats.json").read_text(encoding="utf-8"))
    noticed = (counts["killed"] + counts["timeout"]) / counts["total"]
    print(f"{noticed:.1%} of {counts['total']} injected faults noticed")
    return int(noticed < LEAST)


if __name__ == "__main__":
    sys.exit(main())
