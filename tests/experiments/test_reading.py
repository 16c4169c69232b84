"""How a dataset was read is written down so that it is found again from anywhere."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from recli.experiments.reading import Reading

PLAIN = "user,item,rating\nu,a,4\nv,b,2.5\n"


@pytest.mark.parametrize("spec", ["r.csv", "all.zip::r.csv", "out", "out/part-*.csv", "."])
def test_from_another_folder(spec, tmp_path, monkeypatch):
    Path("r.csv").write_text(PLAIN, encoding="utf-8")
    with zipfile.ZipFile("all.zip", "w") as archive:
        archive.writestr("r.csv", PLAIN)
        archive.writestr("other.csv", "x")
    Path("out").mkdir()
    Path("out/part-0.csv").write_text(PLAIN, encoding="utf-8")
    if spec == ".":
        monkeypatch.chdir("out")
    here = Reading(spec).load()
    document = Reading(spec).document()
    monkeypatch.chdir(tmp_path.parent)
    assert Reading.of(document).load().fingerprint == here.fingerprint


def test_a_name_stays_a_name():
    assert Reading("movielens-small").document()["spec"] == "movielens-small"
    Path("movielens-small").mkdir()
    assert Reading("movielens-small").document()["spec"] == "movielens-small"
