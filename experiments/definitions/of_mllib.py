"""What Spark MLlib measures; it needs Java 17 or newer."""

from pyspark.mllib.evaluation import RankingMetrics, RegressionMetrics
from pyspark.sql import SparkSession

LIBRARY, PYTHON, REQUIRES = (
    "Spark MLlib",
    "3.11",
    ("pyspark=={version}", "numpy", "pandas", "setuptools"),
)


def values(case):
    spark = (
        SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "1")
        .getOrCreate()
    )
    pairs = zip(case.shown, case.liked, strict=True)
    ranked = RankingMetrics(
        spark.sparkContext.parallelize([tuple(map(list, pair)) for pair in pairs], 1)
    )
    rated = [(float(e), float(row[2])) for row, e in zip(case.test, case.estimates, strict=True)]
    errors = RegressionMetrics(spark.sparkContext.parallelize(rated, 1))
    k = case.k
    return {
        "precision": {"precisionAt(k)": ranked.precisionAt(k)},
        "recall": {"recallAt(k)": ranked.recallAt(k)},
        "ndcg": {"ndcgAt(k)": ranked.ndcgAt(k)},
        "map": {
            "meanAveragePrecisionAt(k)": ranked.meanAveragePrecisionAt(k),
            "meanAveragePrecision": ranked.meanAveragePrecision,
        },
        "rmse": {"rootMeanSquaredError": errors.rootMeanSquaredError},
        "mae": {"meanAbsoluteError": errors.meanAbsoluteError},
        "mse": {"meanSquaredError": errors.meanSquaredError},
        "r2": {"r2": errors.r2},
    }
