"""Measures again what recli says of other libraries' metrics, each library in an environment of its own.

    python experiments/metric_definitions.py [LIBRARY …]

Of each library the adapter in definitions/ measures two cases: the example of `recli show metric`, where
every number that recli states has to come out, and 300 users with lists of up to ten places, where every
option that recli says gives the library's value has to give it. It needs uv (pip install uv), which makes
the environments; Spark MLlib needs Java 17, LensKit Python 3.13. Elliot is in no package index: ELLIOT
names a folder that its repository was cloned to; without, it is left out. Exits 1 where a number differs.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from recli import registry, spec
from recli.evaluation import elsewhere
from recli.evaluation.example import EXAMPLE, Case
from recli.evaluation.metrics._base import Metric

FOLDER = Path(__file__).parent / "definitions"


def many_users(seed: int = 0, n_users: int = 300, n_items: int = 60, k: int = 10) -> Case:
    """Whole ratings of 1 to 5, rankings by chance with the liked before; some have few candidates."""
    rng = np.random.default_rng(seed)
    train, test, rankings, estimates = [], [], {}, []
    for user in range(n_users):
        items = rng.permutation(n_items).tolist()
        n_test = int(rng.integers(1, 20))
        n_candidates = n_test + int(rng.choice([1, 2, 5, 30]))
        values = rng.integers(1, 6, n_items)
        values[items[0]] = 4  # each has something that is liked in the test
        tested, others = items[:n_test], items[n_test:n_candidates]
        train += [(user, item, float(values[item])) for item in items[n_candidates:]]
        test += [(user, item, float(values[item])) for item in sorted(tested)]
        scores = rng.normal(size=n_candidates) + np.where(values[tested + others] >= 4, 0.7, 0)
        rankings[user] = [(tested + others)[place] for place in np.argsort(-scores)]
        estimates += np.clip(np.round(rng.normal(3, 1, n_test) * 4) / 4, 1, 5).tolist()
    return Case(train, test, rankings, estimates, n_items, k)


def document(case: Case) -> dict[str, object]:
    """The case as adapters take it, users and items by number."""
    users = range(len(case.rankings))
    rated = [[(i, value) for one, i, value in case.test if one == user] for user in users]
    return {
        "train": case.train,
        "test": case.test,
        "estimates": case.estimates,
        "rankings": [case.rankings[user] for user in users],
        "shown": [case.rankings[user][: case.k] for user in users],
        "rated": rated,
        "liked": [[item for item, value in mine if value >= case.threshold] for mine in rated],
        "n_items": case.n_items,
        "k": case.k,
        "threshold": case.threshold,
    }


def metrics() -> dict[str, type[Metric]]:
    return {name: registry.get("metric", name) for name in registry.names("metric")}


def option(name: str, written: str) -> Metric:
    """The metric with an option as it is written."""
    cls, options = spec.parse("metric", f"{name}:{written}" if written else name)
    return cls(**options)


def declared(adapter: Path) -> dict[str, object]:
    """The constants of an adapter, read without its imports."""
    found: dict[str, object] = {}
    for line in ast.parse(adapter.read_text(encoding="utf-8")).body:
        if isinstance(line, ast.Assign):
            for target in line.targets:
                names = [one.id for one in getattr(target, "elts", [target])]
                try:
                    value = ast.literal_eval(line.value)
                except ValueError:
                    continue  # a table of functions
                found |= zip(names, value if len(names) > 1 else [value], strict=True)
    return found


def differences(library: str, of_example: dict, of_many: dict, many: Case) -> list[str]:
    """What of the statements does not hold, a line each."""
    said = {
        (name, called): one
        for name, cls in metrics().items()
        for one in cls.elsewhere
        for by, called in one.called.items()
        if by.name == library
    }
    measured = {(name, called) for name, named in of_example.items() for called in named}
    wrong = [
        f"{name}: {called} gives {of_example[name][called]:.6f}, and recli says nothing of it"
        for name, called in sorted(measured - set(said))
    ]
    for (name, called), one in said.items():
        if (name, called) not in measured:
            wrong.append(f"{name}: {called} is said, and not measured")
            continue
        value = of_example[name][called]
        if abs(value - one.value) > 5e-7:
            wrong.append(f"{name}: {called} gives {value:.6f}, recli says {one.value:.6f}")
        if one.option is None:
            continue
        metric = option(name, one.option)
        for case, theirs in ((EXAMPLE, value), (many, of_many[name][called])):
            if not np.isclose(case.value(metric), theirs, rtol=1e-6, atol=0):
                ours = f"{name}:{one.option}" if one.option else name
                wrong.append(
                    f"{called} gives {theirs:.6f}, {ours} {case.value(metric):.6f} (k={case.k})"
                )
    return wrong


def main(chosen: list[str]) -> int:
    many, failed = many_users(), False
    versions = {
        one.name: one.version
        for one in vars(elsewhere).values()
        if isinstance(one, elsewhere.Library)
    }
    for adapter in sorted(FOLDER.glob("of_*.py")):
        about = declared(adapter)
        library = str(about["LIBRARY"])
        if chosen and library not in chosen:
            continue
        if "NEEDS" in about and about["NEEDS"] not in os.environ:
            print(f"{library}: left out, {about['NEEDS']} is not set")
            continue
        packages = [text.format(version=versions.get(library, "")) for text in about["REQUIRES"]]
        command = ["uv", "run", "--no-project", "--isolated", "--python", str(about["PYTHON"])]
        command += [part for package in packages for part in ("--with", package)]
        done = subprocess.run(  # noqa: S603, the command is ours
            [*command, "python", str(FOLDER / "_measure.py"), adapter.stem],
            input=json.dumps([document(EXAMPLE), document(many)]),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            print(f"{library}: it did not run\n{done.stderr[-2000:]}")
            failed = True
            continue
        wrong = differences(library, *json.loads(done.stdout), many)
        print(f"{library} {versions.get(library, '')}: {'; '.join(wrong) or 'as recli says'}")
        failed |= bool(wrong)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
