"""One or several of something, as people write it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import surprise

from recli.algorithms import Configured
from recli.api.algorithm import AlgorithmLike, algorithm


def as_configured(
    algorithms: AlgorithmLike | Iterable[AlgorithmLike],
) -> tuple[Configured, ...]:
    """One or several algorithms, configured.

    Args:
        algorithms: names, classes, instances, or what `recli.algorithm` gives
    """
    single = isinstance(algorithms, str | type | Configured | surprise.AlgoBase)
    several: Any = algorithms if isinstance(algorithms, Iterable) and not single else [algorithms]
    return tuple(algorithm(one) for one in several)
