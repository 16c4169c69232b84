"""Train a model again with new events, and publish it if it is no worse."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recli import errors
from recli.cli._options import common, parameter_types
from recli.cli._output.console import Console, count, local_time
from recli.cli._output.shown_number import ShownNumber
from recli.cli._output.stored import show_facts, show_list
from recli.events.refreshing.history import REFRESHES
from recli.models.stored import MODELS

if TYPE_CHECKING:
    from recli.events.refreshing.round import Outcome


@click.command(
    epilog="""
    \b
    Examples:
      recli refresh
      recli refresh --model svd --events new.csv
      recli refresh --every 1h --tolerance 0.005
      recli refresh --history
    """,
)
@click.option(
    "-m",
    "--model",
    "name",
    type=parameter_types.MODEL,
    help="A model by name. [default: the only one]",
)
@click.option(
    "--every",
    type=parameter_types.Duration(),
    metavar="TIME",
    help="Go on, with a round as often: 15m, 1h. One that fails is told, and the next comes.",
)
@click.option(
    "--events",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="First put these events into the log: CSV with the columns user_id, item_id, value, and if you "
    "like time, type and event_id; or JSON lines. The type is rating, or the kind of an interaction, "
    "whose value is how often or how many. An event that is there already counts once.",
)
@click.option(
    "--slice",
    "share",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.2,
    show_default=True,
    help="Share of the new ratings or interactions to compare on, the newest.",
)
@click.option(
    "--tolerance",
    type=click.FloatRange(0),
    default=0.0,
    show_default=True,
    help="How much worse the new model may be, in units of the metric.",
)
@click.option(
    "--strict",
    is_flag=True,
    help="Hold the whole 95 % interval of the difference against --tolerance, not the difference alone.",
)
@click.option(
    "--untold",
    is_flag=True,
    help="Publish also where the comparison tells nothing: no user makes a difference.",
)
@click.option(
    "--min-events",
    type=click.IntRange(1),
    default=100,
    show_default=True,
    help="New ratings or interactions to wait for.",
)
@click.option(
    "--warm",
    is_flag=True,
    help="Start svd and svdpp from what the current model has learned, with a quarter of the epochs. "
    "For well regularised models; others come to fit old ratings too closely, round by round.",
)
@click.option(
    "--publish",
    "topic",
    metavar="kafka://HOST:PORT/TOPIC",
    help="A topic of Kafka that each decision is sent to as well, under the name of the model.",
)
@click.option("--history", is_flag=True, help="Show what was decided so far, the newest first.")
@click.option(
    "--allow-pickle", is_flag=True, help="Read and write a model trained with --allow-pickle."
)
@common.allow_code_option
@common.backend_option
@common.results_option
@common.output_options()
def command(
    name: str | None,
    every: float | None,
    events: Path | None,
    share: float,
    tolerance: float,
    strict: bool,
    untold: bool,
    min_events: int,
    warm: bool,
    topic: str | None,
    history: bool,
    allow_pickle: bool,
    allow_code: bool,
    results: Path,
    console: Console,
) -> None:
    """Train a model again with new events, and publish it if it is no worse.

    New events of results/events.sqlite3 are taken into the dataset results/datasets/MODEL, which begins
    with what the model was trained on; a later rating of a pair replaces the earlier, and interactions
    of a pair add up, each by the weight of its kind. What is no rating on its scale, or of no kind that
    the data have, is set aside there, with the reason. A model of ratings leaves clicks in the log.

    Then the algorithm is trained on all but the newest part of the new pairs of user and item, and
    compared on that part with the model as it is, which has seen nothing of it: by RMSE, or by nDCG of
    the best ten where no ratings are predicted. If the difference is no worse than --tolerance, it is
    trained on everything and published; a running server takes it up. The difference itself, because
    the 95 % interval of a small slice reaches beyond any small tolerance, and nothing would ever be
    published; --strict asks for the interval. Where no user makes a difference there is nothing to tell
    by, and the model is kept, unless --untold.

    Every decision is a document under results/refreshes. A refresh that was cut off is taken up by the
    next.
    """
    from recli.events.refreshing.round import refresh
    from recli.events.refreshing.rule import RefreshSettings

    if history:
        _show_history(results, name, console)
        return
    name = name or _only_model(results)
    if events is not None:
        _append(results, events, name, console)
    settings = RefreshSettings(share, tolerance, strict, min_events, warm, untold)
    send = _sender(topic)

    def once() -> None:
        outcome = refresh(results, name, settings, allow_pickle, allow_code)
        _show(outcome, results, console)
        if outcome.decision is not None:
            send(outcome.decision)

    once()
    try:
        while every is not None:
            console.say(f"Next round in {parameter_types.Duration.shown(every)}; Ctrl-C stops.")
            time.sleep(every)
            try:
                once()
            except errors.RecliError as error:
                console.say(f"This round failed: {error}")
    except KeyboardInterrupt:
        raise errors.InterruptedRunError("Stopped. What was decided is kept.") from None


def _sender(url: str | None) -> Callable[[Mapping[str, Any]], None]:
    """What sends decisions to a topic, which is looked for now; without one, nothing."""
    if url is None:
        return lambda _: None
    from recli import registry

    topics = registry.room("kafka", "topic")
    topic = topics.Topic.of(url)
    topic.check()

    def send(decision: Mapping[str, Any]) -> None:
        value = json.dumps(decision, ensure_ascii=False, allow_nan=False)
        topic.send([topics.Outgoing(decision["model"].encode(), value.encode())])

    return send


def _only_model(results: Path) -> str:
    names = MODELS.names(results)
    if len(names) != 1:
        which = f"Which model? {', '.join(names)}: choose with '--model'."
        raise errors.UsageError(which) if names else MODELS.none(results)
    return names[0]


def _append(results: Path, path: Path, name: str, console: Console) -> None:
    from recli.data import event_kinds
    from recli.events import event_file
    from recli.events.log import FILE_NAME, EventLog
    from recli.models import model as models

    about = models.about(MODELS.find_own(results, name))
    kinds = models.kinds(about.get("implicit", False), about["dataset"])
    types = event_kinds.types(kinds)
    with EventLog(results / FILE_NAME) as log:
        appended = log.append(event_file.read(path, types))
    known = f"{appended.duplicates:,} that the log has already"
    console.say(f"{path}: {count(appended.accepted, 'new event')}, {known}.")


def _show(outcome: Outcome, results: Path, console: Console) -> None:
    for message in outcome.told:
        console.say(message)
    decision = outcome.decision

    decided = [] if decision is None else [decision]
    rows = [[cell(document) for cell in _COLUMNS.values()] for document in decided]

    def as_text() -> None:
        for document in decided:
            show_facts(console, _facts(document, results), 11)

    document = {"told": list(outcome.told), "decision": decision}
    console.emit(document, list(_COLUMNS), rows, as_text)


def _show_history(results: Path, name: str | None, console: Console) -> None:
    def describe(folder: Path) -> dict[str, Any] | None:
        document = {**REFRESHES.read(folder), "id": folder.name}
        return document if name in (None, document["model"]) else None

    show_list(REFRESHES, results, console, describe, _COLUMNS)


def _decided(decision: Mapping[str, Any]) -> str:
    if decision["decision"] == "keep":
        return "kept"
    return "published" if decision["published"] else "not yet published"


def _facts(decision: dict[str, Any], results: Path) -> dict[str, str]:
    events, scores, part = decision["events"], decision["scores"], decision["slice"]
    implicit = decision["dataset"].get("implicit", False)
    noun, value = ("interaction", "weight") if implicit else ("rating", "rating")
    n_events = events["through"] - events["after"]
    clicks = count(events["clicks"], "interaction" if implicit else "click")
    taken = (
        f"{count(n_events, 'new event')}: {count(events['ratings'], 'rating')}, {clicks}; of the "
        f"{'events' if implicit else 'ratings'} {events['taken']:,} taken, "
        f"{events['repeated']:,} repeated, {events['set_aside']:,} set aside"
    )
    if events["set_aside"]:
        taken += f" ({results / 'datasets' / decision['model'] / 'set-aside.csv'})"
    when = "" if part["from"] is None else f", {_clock(part['from'])} to {_clock(part['to'])}"
    return {
        "model": f"{decision['model']} ({decision['algorithm']})",
        "events": taken,
        "compared on": f"the newest {part['ratings']:,} of {part['new']:,} {noun}s that are new to it, "
        f"by {count(part['users'], 'user')}{when}",
        scores["measure"]: f"{_number(scores['current'])} now, {_number(scores['candidate'])} the "
        "candidate",
        "difference": f"{_number(scores['difference'], '+.4f')}, 95 % {_interval(scores)}, "
        f"p {_number(scores['t_p'], '.3f')}",
        f"mean {value}": _drift(decision["drift"]),
        "decision": f"{_decided(decision)}. {decision['why']}",
        "document": str(REFRESHES.folder(results, decision["id"]) / REFRESHES.document),
    }


def _drift(drift: dict[str, Any]) -> str:
    new, old, error = drift["new_mean"], drift["training_mean"], drift["standard_error"]
    return (
        f"{new:.3f} of the new, {old:.3f} of those before: {new - old:+.3f}, standard error "
        f"{_number(error, '.3f')}"
    )


def _interval(scores: dict[str, Any]) -> str:
    low, high = scores["interval_low"], scores["interval_high"]
    return f"{_number(low, '+.4f')} to {_number(high, '+.4f')}"


def _number(value: float | None, form: str = ".4f") -> str:
    return "-" if value is None else format(value, form)


def _clock(seconds: int) -> str:
    return local_time(datetime.fromtimestamp(seconds, UTC).isoformat())


_COLUMNS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "refresh": lambda decision: decision["id"],
    "when": lambda decision: local_time(decision["started"]),
    "model": lambda decision: decision["model"],
    "new": lambda decision: ShownNumber(decision["slice"]["new"], ","),
    "metric": lambda decision: decision["scores"]["measure"],
    "current": lambda decision: ShownNumber(decision["scores"]["current"], ".4f"),
    "candidate": lambda decision: ShownNumber(decision["scores"]["candidate"], ".4f"),
    "difference": lambda decision: ShownNumber(decision["scores"]["difference"], "+.4f"),
    "95 %": lambda decision: _interval(decision["scores"]),
    "decision": _decided,
}
