"""Files of parameters."""

from __future__ import annotations

import pytest

from recli import errors
from recli.experiments import params_file


def write(tmp_path, text):
    path = tmp_path / "best.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_nested_flat_and_dotted(tmp_path):
    for text in (
        'algorithm = "KNNBasic"\n[params]\nk = 5\nsim_options.name = "cosine"\n',
        'algorithm = "knn-basic"\nparams.k = 5\n[params.sim_options]\nname = "cosine"\n',
        'algorithm = "knn-basic"\n[params]\nk = 5\n"sim_options.name" = "cosine"\n',
    ):
        configured = params_file.read(write(tmp_path, text))
        assert configured.name == "knn-basic"
        assert configured.label == "knn-basic (k=5, sim_options.name=cosine)"


def test_without_params_and_with_a_table_of_ones_own(tmp_path):
    path = write(tmp_path, 'algorithm = "svd"\n[origin]\nvalue = 3\n')
    assert params_file.read(path).label == "svd"


def test_what_is_given_goes_first(tmp_path):
    path = write(tmp_path, 'algorithm = "svd"\n[params]\nn_factors = 5\nn_epochs = 7\n')
    assert params_file.read(path, {"n_factors": "9"}).label == "svd (n_factors=9, n_epochs=7)"


def test_no_such_file(tmp_path):
    with pytest.raises(errors.NotFoundError, match="no such file"):
        params_file.read(tmp_path / "none.toml")


@pytest.mark.parametrize(
    "text",
    [
        "algorithm = ",
        b"\xff\xfe",
        "[params]\n",
        "algorithm = 3\n",
        'algorithm = "svd"\nparams = 3\n',
    ],
)
def test_damaged(tmp_path, text):
    with pytest.raises(errors.DataError, match=r"best\.toml") as caught:
        params_file.read(write(tmp_path, text))
    assert caught.value.exit_code == 3


def test_a_folder(tmp_path):
    with pytest.raises(errors.DataError, match="cannot be read"):
        params_file.read(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('algorithm = "svdd"\n', "no algorithm 'svdd'"),
        ('algorithm = "svd"\n[params]\nn_factor = 1\n', "Did you mean 'n_factors'"),
        ('algorithm = "svd"\n[params]\nn_factors = 0\n', "n_factors=0 is not valid"),
    ],
)
def test_names_and_values_that_are_not_there(tmp_path, text, message):
    with pytest.raises(errors.UsageError, match=message) as caught:
        params_file.read(write(tmp_path, text))
    assert "best.toml" in str(caught.value)
