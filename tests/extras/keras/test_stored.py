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
COMMANDS = (["recommend", "-u", "{user}", "-m"], ["similar", "-i", "{item}", "-m"])


def test_it_is_listed_shown_and_asked_without_keras(tmp_path):
    dataset = small_dataset()
    for name in NAMES:
        quick = registry.get("algorithm", name).quick
        models.save(models.train(dataset, Configured.of(name, quick), 0), tmp_path, name)
    ids = {"user": dataset.ratings.user_ids.text[0], "item": dataset.ratings.item_ids.text[0]}
    asked = [
        [*(word.format(**ids) for word in command), name, "--results", str(tmp_path)]
        for command in COMMANDS
        for name in NAMES
    ]
    explained = [["list", "algorithms"], *(["show", "algorithm", name] for name in NAMES)]
    program = (
        "import sys\n"
        "from recli.cli import main\n"
        f"for command in {[*explained, *asked]!r}:\n"
        "    main(command, standalone_mode=False)\n"
        f"loaded = {{'keras', *{BACKENDS!r}}} & set(sys.modules)\n"
        "print('loaded:', *sorted(loaded), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[-1] == "loaded:"
