"""What Spark's errors come down to."""

from __future__ import annotations

import pytest

from recli.extras.spark.session import reason

JAVA = """An error occurred while calling o381.toLocalIterator.
: java.lang.OutOfMemoryError: Java heap space
\tat org.apache.spark.sql.execution.SparkPlan.execute(SparkPlan.scala:197)
\tat java.base/java.lang.Thread.run(Thread.java:840)
"""
CAUSED = """An error occurred while calling o1.collect.
: org.apache.spark.SparkException: Job aborted due to stage failure
\tat org.apache.spark.scheduler.DAGScheduler.failJobAndIndependentStages(DAGScheduler.scala:1)
Caused by: java.io.IOException: No space left on device
\tat java.base/java.lang.Thread.run(Thread.java:840)
"""


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (JAVA, "java.lang.OutOfMemoryError: Java heap space."),
        (CAUSED, "java.io.IOException: No space left on device."),
        ("[PATH_NOT_FOUND] Path does not exist: x.", "[PATH_NOT_FOUND] Path does not exist: x."),
        ("", "ValueError."),
    ],
)
def test_the_line_that_says_why(said, why):
    assert reason(ValueError(said)) == why
