"""Take events from Kafka into the event log, each exactly once."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recli import errors
from recli.cli._options import common
from recli.cli._output.console import Console, count
from recli.models.stored import MODELS
from recli.records import default_files

if TYPE_CHECKING:
    from recli.events.expected import Expected

_FIELDS = ("event_id", "type", "user_id", "item_id", "value", "time")


class _Fields(click.ParamType[dict[str, str]]):
    """`user_id=uid,item_id=film.id,…`."""

    name = "fields"

    def convert(self, value: Any, param: Any, ctx: Any) -> dict[str, str]:
        if isinstance(value, dict):
            return value
        found = {}
        for part in str(value).split(","):
            name, equals, path = (text.strip() for text in part.partition("="))
            if not equals or not path:
                self.fail(f"'{part.strip()}' is not NAME=FIELD, as in user_id=uid.")
            if name not in _FIELDS:
                raise errors.unknown("field of an event", name, _FIELDS)
            found[name] = path
        return found


class _Start(click.ParamType[str | float]):
    """`beginning`, `latest`, or a moment."""

    name = "start"

    def convert(self, value: Any, param: Any, ctx: Any) -> str | float:
        from recli.events.log import seconds

        if value in ("beginning", "latest") or isinstance(value, float):
            return value
        try:
            return seconds(value)
        except ValueError:
            self.fail(f"'{value}' is not beginning, latest or a date as 2026-11-25T20:00:00Z.")


@click.command(
    epilog="""
    \b
    Examples:
      recli consume --topic events --bootstrap-server localhost:9092
      recli consume --topic events --bootstrap-server k1:9092 --into films --until-end
      recli consume --topic plays --bootstrap-server k1:9092,k2:9092 --time-unit ms \\
        --fields user_id=uid,item_id=song.id,time=at --from 2026-11-01
      recli consume --topic events --bootstrap-server kafka.shop:9093 \\
        --kafka-config security.protocol=SASL_SSL \\
        --kafka-config 'sasl.password=${KAFKA_PASSWORD}'
    """,
)
@click.option("--topic", "topics", multiple=True, required=True, help="A topic; may be repeated.")
@click.option(
    "--bootstrap-server",
    "brokers",
    required=True,
    metavar="HOST:PORT,…",
    help="One broker or more, by which the others are found.",
)
@click.option(
    "--into",
    metavar="MODEL|DATASET",
    help="For what the events are: a model of the results folder, or a dataset, whose scale and kinds of "
    "interaction say what they may be. [default: the only model; without one, ratings and clicks]",
)
@click.option(
    "--group",
    help="The group of consumers; those of one group share the partitions. [default: one for each event "
    "log]",
)
@click.option(
    "--from",
    "start",
    type=_Start(),
    default="beginning",
    show_default=True,
    metavar="beginning|latest|TIME",
    help="Where to begin what the event log has nothing of yet. Else it goes on where it was.",
)
@click.option(
    "--until-end",
    is_flag=True,
    help="Take what is there, and stop. [default: go on until Ctrl-C]",
)
@click.option(
    "--fields",
    type=_Fields(),
    metavar="NAME=FIELD,…",
    help="Which field of a message is which of an event: 'user_id=uid,item_id=film.id,value=stars'. "
    "Names: event_id, type, user_id, item_id, value, time. [default: as they are called]",
)
@click.option(
    "--time-unit",
    type=click.Choice(("s", "ms", "us", "ns")),
    default="s",
    show_default=True,
    help="Unit of times that are numbers.",
)
@click.option(
    "--dead-letters",
    metavar="TOPIC",
    help="A topic for messages that are no events. [default: the file dead-letters.jsonl in the results "
    "folder]",
)
@click.option(
    "--schema-registry",
    metavar="URL",
    help="Where the schemas of the messages are: Avro, JSON or Protobuf. [default: plain JSON]",
)
@click.option(
    "--protobuf",
    metavar="MODULE:CLASS",
    help="Of Protobuf messages the class that protoc made.",
)
@click.option(
    "--kafka-config",
    "properties",
    multiple=True,
    metavar="KEY=VALUE",
    help="A property of the client, as librdkafka has them; may be repeated. ${NAME} in a value is a "
    "variable of the environment, so that no secret is typed.",
)
@click.option(
    "--kafka-config-file",
    "properties_file",
    type=click.Path(path_type=Path),
    envvar="RECLI_KAFKA_CONFIG",
    show_envvar=True,
    metavar="FILE",
    help="Such properties, a line each.",
)
@click.option(
    "--metrics-port",
    type=click.IntRange(0, 65535),
    help="Port for Prometheus: lag, events, dead letters and how old events are when they are stored.",
)
@click.option(
    "--metrics-host", default="127.0.0.1", show_default=True, help="Address of that port."
)
@common.results_option
@common.output_options()
def command(
    topics: tuple[str, ...],
    brokers: str,
    into: str | None,
    group: str | None,
    start: str | float,
    until_end: bool,
    fields: dict[str, str] | None,
    time_unit: str,
    dead_letters: str | None,
    schema_registry: str | None,
    protobuf: str | None,
    properties: tuple[str, ...],
    properties_file: Path | None,
    metrics_port: int | None,
    metrics_host: str,
    results: Path,
    console: Console,
) -> None:
    """Take events from Kafka into the event log, each exactly once.

    Messages are JSON with the fields of an event, user_id and item_id, and if you like value, type, time
    and event_id, as 'POST /events' of 'recli serve' has them; what else they hold is left aside. 'recli
    refresh' learns from what is in the log, results/events.sqlite3.

    How far each partition is taken stands in the log, and is written together with the events: neither
    a crash nor a restart of brokers nor another process of the group loses one or counts one twice. An
    event that has no event_id has one of its place in the topic. Of a topic that was made anew the log
    begins anew, too.

    What is no event goes to the dead letters, with the reason, before the log goes on; after a crash it
    may stand there twice.
    """
    from recli import registry
    from recli.events.log import FILE_NAME, EventLog

    connections, consumer = registry.room("kafka", "connection"), registry.room("kafka", "consumer")
    messages, letters = registry.room("kafka", "messages"), registry.room("kafka", "dead_letters")
    connection = connections.Connection.of(brokers, properties, properties_file)
    expected = _expected(results, into)
    reading = messages.EventReading(
        fields or {},
        time_unit,
        **({} if expected is None else {"types": expected.types, "objection": expected.objection}),
        **_content(schema_registry, protobuf),
    )
    kept = (
        letters.DeadLetterFile(default_files.dead_letters(results))
        if dead_letters is None
        else letters.DeadLetterTopic(
            registry.room("kafka", "topic").Topic(connection, dead_letters)
        )
    )
    path = results / FILE_NAME
    watchers = _watchers(metrics_host, metrics_port, console)
    with EventLog(path) as log:
        group = group or f"recli-{log.begun()[:12]}"
        reader = consumer.TopicReader(
            connection, topics, group, log, reading, kept, start, until_end, console.say, watchers
        )
        stops = "Stops at the end." if until_end else "Ctrl-C stops."
        console.say(
            f"From {', '.join(topics)} of {brokers} into {path}, as group {group}"
            + ("" if expected is None else f", for {expected.name}")
            + f". {stops}"
        )

        def stop(*_: object) -> None:
            reader.stop()
            for number in signals:  # who asks twice does not wait
                signal.signal(number, signal.default_int_handler)

        # What stops a container stops it as Ctrl-C does.
        signals = (signal.SIGINT, signal.SIGTERM)
        before = [signal.signal(number, stop) for number in signals]
        try:
            reader.run()
        finally:
            for number, handler in zip(signals, before, strict=True):
                signal.signal(number, handler)
    _show(reader.counts.document(), str(kept), console)
    if reader.stopped and until_end:
        raise errors.InterruptedRunError("Stopped before the end. What was taken is kept.")


def _expected(results: Path, into: str | None) -> Expected | None:
    """What events may be; None where nothing says so."""
    names = MODELS.names(results)
    if into is None and not names:
        return None
    from recli.events.expected import Expected

    if into is not None:
        return Expected.find(results, into)
    if len(names) > 1:
        raise errors.UsageError(f"For which model? {', '.join(names)}: choose with '--into'.")
    return Expected.of_model(results, names[0])


def _content(url: str | None, protobuf: str | None) -> dict[str, Any]:
    from recli import registry

    if url is None:
        if protobuf is not None:
            raise errors.UsageError("'--protobuf' goes with '--schema-registry URL'.")
        return {}
    return {"content": registry.room("kafka", "schemas").RegistryContent(url, protobuf)}


def _watchers(host: str, port: int | None, console: Console) -> list[Any]:
    from recli import registry

    if port is None:
        return []
    metrics = registry.room("kafka", "metrics").ConsumerMetrics()
    console.say(f"Metrics on http://{host}:{metrics.serve(host, port)}/metrics")
    return [metrics]


def _show(counts: dict[str, int], letters: str, console: Console) -> None:
    def summary() -> None:
        console.line(
            f"{count(counts['messages'], 'message')}: {count(counts['accepted'], 'new event')}, "
            f"{counts['duplicates']:,} known by their ids, {counts['passed_over']:,} read before, "
            f"{count(counts['dead_letters'], 'dead letter')}"
        )

    console.emit(counts, list(counts), [[f"{n}" for n in counts.values()]], summary)
    if counts["dead_letters"]:
        console.say(f"Messages that are no events, with the reasons: {letters}")
