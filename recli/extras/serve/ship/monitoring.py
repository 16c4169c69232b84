"""What watches the service: Prometheus, its alerts, and a dashboard for Grafana."""

from __future__ import annotations

import re
from pathlib import Path

from recli import errors, files
from recli.extras.serve.ship import _layout
from recli.extras.serve.ship.dashboard import dashboard

_ADDRESS = re.compile(r"[A-Za-z0-9.-]+:[0-9]{1,5}|\[[0-9A-Fa-f:]+\]:[0-9]{1,5}")
_AUTHORIZATION = """\
    authorization:
      credentials_file: {key_file}
"""


def write(folder: Path, target: str, key_file: str | None = None) -> None:
    """Write the configuration of Prometheus and Grafana for the service at `target`.

    In place of an earlier one, whole or not at all.

    Args:
        folder: what is written
        target: host and port, as `127.0.0.1:8000`
        key_file: where Prometheus finds the key that `/metrics` asks for; None where it asks for
            none

    Raises:
        UsageError: for a folder that holds anything else, and for what is no address or no path
    """
    with files.own_folder(folder, {*_layout.entries("monitoring"), "dashboard.json"}) as temporary:
        lay_out(temporary, target, key_file, "http://127.0.0.1:9090")


def lay_out(folder: Path, target: str, key_file: str | None, prometheus: str) -> None:
    """As `write`, into a folder that is there; `prometheus` is the URL where Grafana finds it.

    Args:
        folder: where the files are laid out
        target: HOST:PORT of the service
        key_file: the file that holds the key
        prometheus: the address of Prometheus
    """
    if not _ADDRESS.fullmatch(target):
        raise errors.UsageError(f"'{target}' is no HOST:PORT, as 127.0.0.1:8000.")
    if key_file is not None and (not key_file or re.search(r'[\x00-\x1f"\\]', key_file)):
        raise errors.UsageError(f"'{key_file}' is no path of a key file.")
    authorization = "" if key_file is None else _AUTHORIZATION.format(key_file=f'"{key_file}"')
    values = {"TARGET": target, "AUTHORIZATION": authorization, "PROMETHEUS": prometheus}
    _layout.lay_out("monitoring", folder, values)
    files.write_json(folder / "dashboard.json", dashboard())
