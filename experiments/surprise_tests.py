"""Surprise's own tests, with recli's classes in place of Surprise's.

python experiments/surprise_tests.py CHECKOUT [ARGUMENT OF PYTEST…]

CHECKOUT is a checkout of Surprise's repository: its source distribution has no data for the tests. The
tests run in a copy, against the installed Surprise, in which each of its eleven algorithms is replaced.
What is known to differ is expected to fail, in the way and for the reason that DIFFERENCES says; whatever
else fails makes the exit code 1.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import pytest
import surprise

from recli import errors, registry

_DIVERGES = (
    "a learning rate of 5 diverges: recli says so, Surprise predicts by factors that are NaN"
)
_ROUNDING = "compares an RMSE to the last bit; recli adds in another order, 1e-15 apart"
DIFFERENCES: dict[str, tuple[type[Exception], str]] = {
    "test_SVD_parameters": (errors.DivergedError, _DIVERGES),
    "test_SVDpp_parameters": (errors.DivergedError, _DIVERGES),
    "test_sanity_checks": (AssertionError, _ROUNDING),
}
"""What a test raises and why, by the name of its function."""


class Expected:
    """Tells pytest what differs."""

    def pytest_collection_modifyitems(self, items: list[pytest.Function]) -> None:
        """Expect the tests in DIFFERENCES to fail so and not otherwise.

        Args:
            items: The tests.
        """
        for item in items:
            if item.originalname in DIFFERENCES:
                error, why = DIFFERENCES[item.originalname]
                item.add_marker(pytest.mark.xfail(raises=error, reason=why, strict=False))


def replace() -> list[str]:
    """Put recli's classes in the place of Surprise's; gives their names."""
    ours = [registry.get("algorithm", name) for name in registry.names("algorithm")]
    names = [cls.__name__ for cls in ours if hasattr(surprise, cls.__name__)]
    for cls in ours:
        if cls.__name__ in names:
            setattr(surprise, cls.__name__, cls)
    return sorted(names)


def main(checkout: str, *arguments: str) -> int:
    print(f"surprise {surprise.__version__}, replaced: {', '.join(replace())}")
    with tempfile.TemporaryDirectory() as folder:
        tests = shutil.copytree(Path(checkout) / "tests", Path(folder) / "tests")
        of_pytest = ["-q", "-rxX", "--tb=short", "-p", "no:cacheprovider", str(tests)]
        return int(pytest.main([*of_pytest, *arguments], plugins=[Expected()]))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
