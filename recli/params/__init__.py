"""Hyperparameters, each declared once: type, default, bounds, tuning range and one line of help.

From the declaration come `-p n_factors=50`, the errors about bounds, `recli show algorithm`, the TOML
keys and the Optuna space. A dotted name reaches into a dictionary argument: `sim_options.name`.
"""

from __future__ import annotations

from recli.params._declared import (
    Bool,
    Choice,
    Date,
    Float,
    Int,
    Literal,
    LowerFor,
    Parameter,
    Text,
    Trial,
)
from recli.params._text import Value, short, shown
from recli.params._values import assignments, difference, flat, nested, resolve, suggest

__all__ = [
    "Bool",
    "Choice",
    "Date",
    "Float",
    "Int",
    "Literal",
    "LowerFor",
    "Parameter",
    "Text",
    "Trial",
    "Value",
    "assignments",
    "difference",
    "flat",
    "nested",
    "resolve",
    "short",
    "shown",
    "suggest",
]
