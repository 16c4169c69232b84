import pytest
from confluent_kafka import KafkaError, KafkaException, Producer

from recli import errors
from recli.extras.kafka.connection import Connection, refusals
from recli.extras.kafka.topic import Topic


def test_what_is_typed_goes_before_the_file(tmp_path, monkeypatch):
    file = tmp_path / "client.properties"
    file.write_text("# of the shop\n! and more\n\nsecurity.protocol = SSL\nclient.id=a=b\n")
    monkeypatch.setenv("A_SECRET", "s3cret")
    given = ["client.id=me", "sasl.password=x${A_SECRET}"]
    settings = Connection.of("k:9092", given, file).settings({"client.id": "usual", "linger.ms": 5})
    assert settings.pop("logger")
    assert settings == {
        "bootstrap.servers": "k:9092",
        "security.protocol": "SSL",
        "client.id": "me",
        "sasl.password": "xs3cret",
        "linger.ms": 5,
    }


def test_the_environment_names_a_file(tmp_path, monkeypatch):
    (tmp_path / "p").write_text("client.id=a")
    monkeypatch.setenv("RECLI_KAFKA_CONFIG", str(tmp_path / "p"))
    assert Connection.of("k:9092").properties == {"client.id": "a"}


def test_nothing_shows_a_secret():
    connection = Connection.of("k:9092", ["sasl.password=s3cret"])
    assert "s3cret" not in f"{connection} {connection!r}"
    settings = Connection.of("k:9092", ["security.protocol=s3cret"]).settings()
    with (
        pytest.raises(errors.UsageError, match="'security.protocol'") as told,
        refusals(connection),
    ):
        Producer(settings)
    assert "s3cret" not in str(told.value)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("client.id", "KEY=VALUE"),
        ("=a", "KEY=VALUE"),
        ("group.id=g", "'group.id' is set by '--group'"),
        ("auto.offset.reset=latest", "'--from'"),
        ("sasl.password=${NO_SUCH_VARIABLE}", "needs the variable NO_SUCH_VARIABLE"),
    ],
)
def test_a_property_that_cannot_be_is_told(given, said):
    with pytest.raises(errors.UsageError, match=said):
        Connection.of("k:9092", [given])


def test_a_file_that_there_is_not_is_told(tmp_path):
    with pytest.raises(errors.NotFoundError, match="no such file"):
        Connection.of("k:9092", [], tmp_path / "no")


@pytest.mark.parametrize(
    ("code", "error", "said"),
    [
        (KafkaError._TRANSPORT, errors.DataError, "no broker answers"),
        (KafkaError._TIMED_OUT, errors.DataError, "no broker answers"),
        (KafkaError.UNKNOWN_TOPIC_OR_PART, errors.NotFoundError, "no such topic"),
        (KafkaError.TOPIC_AUTHORIZATION_FAILED, errors.DataError, "permission for the topic"),
        (KafkaError.GROUP_AUTHORIZATION_FAILED, errors.DataError, "permission for the group"),
        (KafkaError.SASL_AUTHENTICATION_FAILED, errors.DataError, "refuses the login"),
    ],
)
def test_what_the_cluster_refuses_is_an_error_in_a_line(code, error, said):
    with pytest.raises(error, match=f"(?i)^kafka://k:9092: .*{said}"), refusals("kafka://k:9092"):
        raise KafkaException(KafkaError(code))


@pytest.mark.parametrize(
    "url", ["kafka://k:9092", "kafka://k:9092/", "kafka:///t", "kafka://k/a/b", "kafka://me:pw@k/t"]
)
def test_an_address_of_another_form_is_told_without_its_password(url):
    with pytest.raises(errors.UsageError, match="not of the form kafka://HOST:PORT/TOPIC") as told:
        Topic.of(url)
    assert "pw" not in str(told.value)
