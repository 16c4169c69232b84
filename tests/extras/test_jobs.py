"""`make test-extras` has something to do for every extra."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest


def script(name):
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


jobs, matrix = script("jobs"), script("matrix")


@pytest.mark.parametrize("extra", matrix.extras())
def test_every_extra_is_tried(extra):
    assert callable(jobs.job_of(extra)) or jobs.algorithms(extra)
