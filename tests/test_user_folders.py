"""Users without a home, as containers have them."""

from __future__ import annotations

from pathlib import Path

import platformdirs
import pytest

from recli import errors, user_folders
from recli.data import find


def _raises(*_: object) -> str:
    raise RuntimeError("could not determine the home directory")


def _unresolved(*_: object) -> str:
    return "~/.local/share/recli"  # of platformdirs before 4.11


@pytest.fixture(params=[_raises, _unresolved])
def homeless(request, monkeypatch):
    monkeypatch.delenv("RECLI_DATASETS", raising=False)
    monkeypatch.setattr(platformdirs, "user_data_dir", request.param)
    monkeypatch.setattr(platformdirs, "user_cache_dir", request.param)


def test_there_are_folders_of_a_user():
    for folder in (user_folders.data(), user_folders.cache()):
        assert folder is not None and folder.is_absolute() and folder.name == "recli"


@pytest.mark.usefixtures("homeless")
def test_without_a_home_there_are_none():
    assert user_folders.data() is user_folders.cache() is None
    assert find.folders()[0] == Path("datasets") and len(find.folders()) == 2
    assert find.DEFAULT in find.names() and find.own_names() == []
    with pytest.raises(errors.UsageError, match="There is no home folder .* RECLI_DATASETS"):
        find.user_folder()


@pytest.mark.usefixtures("homeless")
def test_a_folder_that_is_named_needs_no_home(monkeypatch, tmp_path):
    monkeypatch.setenv("RECLI_DATASETS", str(tmp_path))
    assert find.user_folder() == tmp_path
