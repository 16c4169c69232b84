"""A stored model ranks without what it was trained by."""

from __future__ import annotations

import subprocess
import sys

import pytest

from recli import registry
from recli.algorithms import Configured
from recli.extras.keras import BACKENDS
from recli.models import model as models
from recli.testing._data import small_dataset

pytest.importorskip("recli.extras.keras.backend", exc_type=ImportError)

NAMES = [
    name
    for name in registry.names("algorithm")
    if registry.extra_of("algorithm", name).startswith("keras-")
]


def test_it_is_listed_explained_and_asked_without_keras(tmp_path):
    dataset = small_dataset()
    user, item = dataset.ratings.user_ids.text[0], dataset.ratings.item_ids.text[0]
    commands = [["list", "algorithms"]]
    for name in NAMES:
        algorithm = registry.get("algorithm", name)
        models.save(models.train(dataset, Configured.of(name, algorithm.quick), 0), tmp_path, name)
        stored = ["-m", name, "--results", str(tmp_path)]
        commands += [["show", "algorithm", name], ["recommend", "-u", user, *stored]]
        if algorithm.similarity:
            commands += [["similar", "-i", item, *stored]]
    program = (
        "import sys\n"
        "from recli.cli import main\n"
        f"for command in {commands!r}:\n"
        "    main(command, standalone_mode=False)\n"
        f"loaded = {{'keras', *{BACKENDS!r}}} & set(sys.modules)\n"
        "print('loaded:', *sorted(loaded), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[-1] == "loaded:"
