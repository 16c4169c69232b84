"""How other libraries define a metric: what a metric's file says of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Library:
    """Another library that measures recommendations.

    Attributes:
        name: what it is called
        version: the version that was measured
        by_source: why it was read and not installed; empty where its own package was run
    """

    name: str
    version: str
    by_source: str = ""


@dataclass(frozen=True)
class Elsewhere:
    """A definition that other libraries have; `experiments/metric_definitions.py` measures it again.

    Attributes:
        value: what it gives on `example.EXAMPLE`, to six decimals
        called: what the metric is called in each library that has it, with the options that it is given
        differs: in what it differs from recli's; empty where it does not
        option: the option that gives it in recli, as in `ideal=k`; empty where that is the default, None
            where there is none
    """

    value: float
    called: Mapping[Library, str]
    differs: str = ""
    option: str | None = ""


ELLIOT = Library("Elliot", "0.3.1", "it is in no package index")
IR_MEASURES = Library("ir-measures", "0.4.3")
LENSKIT = Library("LensKit", "2026.4.0")
MLLIB = Library("Spark MLlib", "4.3.0")
RANX = Library("ranx", "0.3.21")
RECBOLE = Library("RecBole", "1.2.1")
RECOMMENDERS = Library("Microsoft Recommenders", "1.2.1")
RECTOOLS = Library("RecTools", "0.19.0")
RS_METRICS = Library("rs_metrics", "0.6.0")
SURPRISE = Library("Surprise", "1.1.5")
TREC_EVAL = Library("trec_eval", "9, by pytrec_eval-terrier 0.5.11")
