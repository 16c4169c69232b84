"""What does not fit into memory is refused with advice, and Keras is not loaded for it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from recli import registry

NAMES = [
    name
    for name in registry.names("algorithm")
    if registry.extra_of("algorithm", name).startswith("keras-")
]
# A process of its own, since in this one others have loaded Keras. All models at once: it takes seconds.
SCRIPT = """
import json
import sys
import numpy as np
from recli import errors, memory
from recli.algorithms import Configured
from recli.testing._data import small_dataset

trainset = small_dataset().trainset(np.arange(1500))
memory.available = lambda: 1000
said = {}
for name in sys.argv[1:]:
    try:
        # `to_fit` would try beforehand whether Keras can be loaded.
        Configured.of(name, to_fit=False).create(0).fit(trainset)
    except errors.TooLargeError as error:
        said[name] = str(error)
print(json.dumps([said, "keras" in sys.modules]))
"""


@pytest.mark.skipif(
    not registry.installed(registry.extra_of("algorithm", "embedding-dot")),
    reason="no backend of Keras is installed",
)
def test_before_keras_is_loaded():
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *NAMES], capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    said, is_loaded = json.loads(done.stdout)
    assert not is_loaded
    assert sorted(said) == sorted(NAMES)
    for name, message in said.items():
        assert message.startswith(f"{name} with ")
        assert "1,000 B are free. Lower " in message
