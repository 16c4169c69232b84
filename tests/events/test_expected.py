"""What events a log is expected to get."""

import pytest

from recli import errors
from recli.events.expected import Expected


def test_a_name_of_neither_kind_names_the_models_too(tmp_path):
    (tmp_path / "results" / "models" / "films").mkdir(parents=True)
    with pytest.raises(errors.NotFoundError) as raised:
        Expected.find(tmp_path / "results", "flims")
    told = str(raised.value)
    assert told.startswith("There is no model 'flims' in ") and "which has: films. " in told
    assert "There is no dataset or file 'flims'." in told
