"""How long a file of ratings takes to load, beside pandas.read_csv.

python experiments/load_speed.py FILE [ROUNDS] [CHECKOUT]

Each round runs one after the other, each in a process of its own: recli, pandas, and the recli in the
folder CHECKOUT, if one is given. Medians of seconds on the clock and of the processor, and the most
memory; the ratios are medians over the rounds of recli to the other. `experiments/large.py make` makes
a file of any size.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
from pathlib import Path

_MEASURE = """
import resource, sys, time
{imports}
def used():
    return time.perf_counter(), time.process_time()
before = used()
{load}
after = used()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # KiB on Linux
print(*(b - a for a, b in zip(before, after)), peak)
"""
_RECLI = _MEASURE.format(
    imports="from recli.data.load import load; load()  # imports and what is compiled before the clock",
    load="load(sys.argv[1])",
)
_PANDAS = _MEASURE.format(imports="import pandas", load="pandas.read_csv(sys.argv[1])")


def main(file: str, rounds: str = "5", checkout: str | None = None) -> None:
    here = str(Path(__file__).parents[1])
    ways = {"recli": (_RECLI, here), "pandas.read_csv": (_PANDAS, here)}
    if checkout:
        ways[checkout] = (_RECLI, checkout)
    measured: dict[str, list[list[float]]] = {name: [] for name in ways}
    for _ in range(int(rounds)):
        for name, (code, folder) in ways.items():
            measured[name].append(run(code, folder, file))
    print(f"{'':28}{'seconds':>10}{'CPU s':>10}{'MiB':>8}{'ratio':>8}{'of CPU':>8}")
    for name, runs in measured.items():
        seconds, cpu, peak = (statistics.median(column) for column in zip(*runs, strict=True))
        ratios = [
            statistics.median(a[n] / b[n] for a, b in zip(measured["recli"], runs, strict=True))
            for n in (0, 1)
        ]
        print(
            f"{name:28}{seconds:>10.2f}{cpu:>10.2f}{peak:>8,.0f}{ratios[0]:>8.2f}{ratios[1]:>8.2f}"
        )


def run(code: str, folder: str, file: str) -> list[float]:
    command = [sys.executable, "-c", code, str(Path(file).resolve())]
    # Python looks for modules in the folder that it is started in first.
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)  # noqa: S603
    return [float(number) for number in done.stdout.split()]


if __name__ == "__main__":
    main(*sys.argv[1:])
