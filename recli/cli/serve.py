"""Serve a model over HTTP, until Ctrl-C."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

import click

from recli.cli._options import common, parameter_types
from recli.cli._options.common import DatasetChoice
from recli.cli._options.model import ModelChoice
from recli.cli._output.console import Console
from recli.models.stored import MODELS


@click.command(
    epilog="""
    \b
    Examples:
      recli serve
      recli serve --model svd --port 9000
      recli serve --dataset purchases.csv --weight view=1,cart=3,purchase=5
      RECLI_API_KEY=… recli serve --model svd --host 0.0.0.0 --workers 4 --rate 50
      curl 'http://127.0.0.1:8000/recommend?user_id=42&n=5'
    """,
)
@click.option(
    "-m",
    "--model",
    "model_name",
    type=parameter_types.MODEL,
    help="A model from 'recli train', by name or folder. [default: the one trained last; with "
    "--dataset, or where there is none yet, one is trained]",
)
@common.dataset_options
@common.seed_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="Port to listen at, 0 for any that is free.",
)
@click.option(
    "--workers",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Processes that share the port; each holds the model.",
)
@click.option(
    "--rate",
    type=click.FloatRange(0, min_open=True),
    help="Requests a second from one address, counted by each worker. [default: any number]",
)
@click.option(
    "--max-body",
    type=parameter_types.Size(),
    default="1M",
    show_default=True,
    help="The largest body of a request.",
)
@click.option(
    "--remember",
    type=parameter_types.Size(or_none=True),
    default="32M",
    show_default=True,
    help="Memory of each worker for lists of GET /recommend, to give them again as long as the model "
    "stays, 0 for none; changes no list.",
)
@click.option(
    "--cors",
    "origins",
    multiple=True,
    metavar="ORIGIN",
    help="A site whose pages may ask from a browser, as https://shop.example; may be repeated.",
)
@click.option(
    "--publish",
    "topic",
    metavar="kafka://HOST:PORT/TOPIC",
    help="A topic of Kafka that each list is sent to as well, as it was answered; its key is the user. "
    "No answer waits for that, and what brokers do not take in a minute is counted and let go.",
)
@common.results_option
@common.message_options
def command(
    model_name: str | None,
    data: DatasetChoice,
    seed: int,
    host: str,
    port: int,
    workers: int,
    rate: float | None,
    max_body: int,
    remember: int,
    origins: tuple[str, ...],
    topic: str | None,
    results: Path,
    console: Console,
) -> None:
    """Serve a model over HTTP, until Ctrl-C.

    GET /recommend?user_id=42 gives the list that 'recli recommend --format json' prints, POST
    /recommend takes ratings or interactions of somebody new and all filters, /similar/ITEM and /predict
    say what is alike and what users would say; /openapi.json describes it all. Without a model the
    algorithm that makes the best lists of the dataset is trained, and kept under its name. A model that
    is published under the same name, as by 'recli train', takes the place of the running one between
    two requests, once it has passed a test.

    In a browser, the address that is printed is a page to try it: find titles, rate or choose a few, see
    the list and why.

    Only this machine can ask, unless --host says otherwise; then the environment variable
    RECLI_API_KEY must hold a key, which clients send as 'Authorization: Bearer KEY'.
    RECLI_EVENTS_KEY and RECLI_ADMIN_KEY, if set, are asked for instead to send events, and to read
    /models and /metrics.
    """
    from recli import errors, registry

    server, settings = registry.room("serve", "server"), registry.room("serve", "settings")
    from recli.models import list_quality
    from recli.models import model as models
    from recli.ranking.list_options import ListOptions

    if model_name and common.typed("dataset"):
        raise errors.UsageError(
            "A model brings its own ratings: leave out '--dataset', or '--model' to train on that."
        )
    keys = settings.Keys.of(os.environ)
    server.check_secured(host, keys)
    name = model_name or _trained(data, seed, results, console)
    folder = MODELS.find(results, name) if name else MODELS.newest(results)
    about = models.about(folder, verify=workers > 1)
    limits = settings.Limits(max_body, rate=rate)
    wanted = settings.ServiceSettings(
        results.resolve(), str(folder.resolve()), keys, limits, origins, remember, topic
    )
    with server.bind(host, port) as place, contextlib.suppress(KeyboardInterrupt):
        # What stops a container stops the server as Ctrl-C does.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        shown, port = f"[{host}]" if ":" in host else host, place.getsockname()[1]

        def ready() -> None:
            console.say(
                f"Serving model '{folder.name}' ({about['algorithm']}, {about['dataset']['name']}) "
                f"on http://{shown}:{port} — a page to try it. Ctrl-C stops."
            )
            if about.get("lists"):
                console.say(
                    f"Lists are made with {ListOptions.of(about['lists'])}, as the model was trained to, "
                    "unless a request says otherwise."
                )
            console.say_all(list_quality.said(about["algorithm"], about["origin"]))

        server.serve(wanted, place, workers, ready)
    console.say("Stopped.")


def _trained(data: DatasetChoice, seed: int, results: Path, console: Console) -> str | None:
    """The name of the model that is trained and kept; None where a stored one can be served."""
    if not common.typed("dataset") and MODELS.names(results):
        return None
    choice = ModelChoice(None, data, dataset_given=True, seed=seed, allow_pickle=False)
    return choice.load(results, console, keep=True)[1]
