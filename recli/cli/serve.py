"""Serve a model over HTTP, until Ctrl-C."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path
from typing import Any

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
      recli serve --model ials=0.9 --model ease=0.1
      recli serve --dataset purchases.csv --weight view=1,cart=3,purchase=5
      RECLI_API_KEY=… recli serve --model svd --host 0.0.0.0 --workers 4 --rate 50
      curl 'http://127.0.0.1:8000/recommend?user_id=42&n=5'
    """,
)
@click.option(
    "-m",
    "--model",
    "typed_models",
    type=parameter_types.MODEL,
    multiple=True,
    metavar="MODEL[=WEIGHT]",
    help="A model from 'recli train', by name or folder; several split the users among them, by their "
    "weights or evenly. [default: the one trained last; with --dataset, or where there is none yet, one "
    "is trained]",
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
    "--trusted-proxy",
    "trusted_proxies",
    multiple=True,
    metavar="ADDRESS",
    help="A proxy, or a network such as 10.0.0.0/8, whose header X-Forwarded-For is believed, so that "
    "--rate counts clients by their own addresses; may be repeated. [default: none]",
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
    "--allow-host",
    "allowed_hosts",
    multiple=True,
    metavar="NAME",
    help="A name by which this server may be asked for, as recommend.example; may be repeated. [default: "
    "localhost and --host; any where a key is asked for]",
)
@click.option(
    "--publish",
    "topic",
    metavar="kafka://HOST:PORT/TOPIC",
    help="A topic of Kafka that each list is sent to as well, as it was answered; its key is the user. "
    "No answer waits for that, and what brokers do not take in a minute is counted and let go.",
)
@common.allow_code_option
@common.results_option
@common.message_options
def command(
    typed_models: tuple[str, ...],
    data: DatasetChoice,
    seed: int,
    host: str,
    port: int,
    workers: int,
    rate: float | None,
    trusted_proxies: tuple[str, ...],
    max_body: int,
    remember: int,
    origins: tuple[str, ...],
    allowed_hosts: tuple[str, ...],
    topic: str | None,
    allow_code: bool,
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

    Several models answer a share of the users each, by --model A=0.9 --model B=0.1: a user gets the same
    one in every process and after every start, also where shares change, unless theirs is the one that
    gives way. Metrics and lists that were shown are counted by model, and 'recli compare --clicks' says
    by which users clicked more. Who sends no id gets the first model, and is not counted.

    In a browser, the address that is printed is a page to try it: find titles, rate or choose a few, see
    the list and why.

    Only this machine can ask, unless --host says otherwise; then the environment variable
    RECLI_API_KEY must hold a key, which clients send as 'Authorization: Bearer KEY'.
    RECLI_EVENTS_KEY and RECLI_ADMIN_KEY, if set, are asked for instead to send events, and to read
    /models and /metrics.

    Behind a proxy all requests come from its address, and share one --rate. With --trusted-proxy a
    client is the last address of X-Forwarded-For that is no trusted proxy's; from anybody else that
    header means nothing.
    """
    from recli import errors, registry

    server, settings = registry.room("serve", "server"), registry.room("serve", "settings")
    from recli.events.split import named_twice, parsed
    from recli.models import list_quality
    from recli.models import model as models
    from recli.ranking.list_options import ListOptions

    typed = parsed(typed_models)
    if typed and common.typed("dataset"):
        raise errors.UsageError(
            "A model brings its own ratings: leave out '--dataset', or '--model' to train on that."
        )
    keys = settings.Keys.of(os.environ)
    server.check_secured(host, keys)
    proxies = server.proxies(trusted_proxies)
    if not typed:
        name = _trained(data, seed, results, console)
        typed = {str(MODELS.find(results, name) if name else MODELS.newest(results)): 1.0}
    folders: dict[Path, float] = {}
    for name, weight in typed.items():
        folder = MODELS.find(results, name).resolve()
        if folder in folders:
            raise named_twice(folder.name)
        folders[folder] = weight
    served = [(folder, models.about(folder, verify=workers > 1)) for folder in folders]
    limits = settings.Limits(max_body, rate=rate)
    wanted = settings.ServiceSettings(
        results.resolve(),
        {str(folder): weight for folder, weight in folders.items()},
        keys,
        limits,
        origins,
        remember,
        topic,
        server.hosts(host, keys, allowed_hosts),
        proxies,
        allow_code,
    )
    with server.bind(host, port) as place, contextlib.suppress(KeyboardInterrupt):
        # What stops a container stops the server as Ctrl-C does.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        shown, port = server.in_url(host), place.getsockname()[1]

        def ready() -> None:
            noun, total = "model" if len(served) == 1 else "models", sum(folders.values())
            console.say(
                f"Serving {noun} {', '.join(_named(folder, about) for folder, about in served)} "
                f"on http://{shown}:{port} — a page to try it. Ctrl-C stops."
            )
            if len({about["dataset"]["name"] for _, about in served}) > 1:
                console.say(
                    "They have learned from different data: who is known to one of them alone gets no "
                    "list where another answers."
                )
            for folder, about in served:
                if len(served) > 1:
                    console.say(
                        f"'{folder.name}' answers {folders[folder] / total:.1%} of the users."
                    )
                if about.get("lists"):
                    console.say(
                        f"Lists are made with {ListOptions.of(about['lists'])}, as the model was "
                        "trained to, unless a request says otherwise."
                    )
                console.say_all(list_quality.said(about["algorithm"], about["origin"]))

        server.serve(wanted, place, workers, ready)
    console.say("Stopped.")


def _named(folder: Path, about: dict[str, Any]) -> str:
    return f"'{folder.name}' ({about['algorithm']}, {about['dataset']['name']})"


def _trained(data: DatasetChoice, seed: int, results: Path, console: Console) -> str | None:
    """The name of the model that is trained and kept; None where a stored one can be served."""
    if not common.typed("dataset") and MODELS.names(results):
        return None
    choice = ModelChoice(None, data, dataset_given=True, seed=seed)
    return choice.load(results, console, keep=True)[1]
