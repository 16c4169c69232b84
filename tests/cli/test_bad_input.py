"""Everything that can be typed or written wrong: the exit code and one message, no traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

FILES = {
    "empty.csv": "",
    "header.csv": "user,item,rating\n",
    "column.csv": "x\n1\n2\n",
    "text.csv": "user,item,rating\n" + "".join(f"u{n},i{n},bad{n}\n" for n in range(12)),
    "infinite.csv": "user,item,rating\na,x,3\na,y,nan\na,z,inf\n",
    "twice.csv": "user,item,rating\na,x,3\na,y,4\na,x,5\n",
    "one.csv": "user,item,rating\na,x,3\n",
    "good.csv": "user,item,rating\na,x,3\na,y,4\nb,x,5\nb,z,1\n",
    "damaged.toml": "algorithm = \n",
    "nothing.toml": "[params]\nn_factors = 5\n",
    "svd.toml": 'algorithm = "svd"\n[params]\nn_factors = 5\n',
    "wrong.toml": 'algorithm = "svd"\n[params]\nn_factor = 5\n',
    "classes.py": "from surprise import SVD\nclass Own(SVD):\n    pass\nclass Other:\n    pass\n",
}
USAGE = [
    ("evalute", "no command 'evalute'. Did you mean 'evaluate'?"),
    ("data chek", "No such command 'chek'"),
    ("evaluate --algo svd", "No such option '--algo'"),
    ("evaluate -a svdd", "no algorithm 'svdd'. Did you mean 'svd'? Valid: svd, svdpp"),
    ("train -a KNN-Basik", "no algorithm 'KNN-Basik'. Did you mean 'knn-basic'?"),
    ("tune", "Missing option '-a' / '--algorithm', or '--auto'"),
    ("tune -a svd --metric fit_seconds", "needs a metric of quality beside it"),
    ("tune -a most-popular --metric rmse", "most-popular scores items"),
    ("tune -a ease --goal ratings", "ease scores items and predicts no ratings, so it has no rmse"),
    ("train --goal stars", "'stars' is not one of 'lists', 'ratings'"),
    (
        "train -p n_factors=5 -d good.csv",
        "'-p' sets parameters of the algorithm of '-a': name one.",
    ),
    ("recommend -u a -m svd --goal lists", "--goal is for a model that is trained"),
    ("tune -a svd --pick best", "There is no pick 'best'"),
    ("tune -a svd --tell three=1", "is not TRIAL=VALUE"),
    ("tune -a svd --storage nowhere -d good.csv", "is not the address of a database"),
    ("tune -a svdd", "Did you mean 'svd'?"),
    ("tune -a slope-one", "slope-one has no parameters left to tune"),
    ("evaluate --metric rsme", "no metric 'rsme'. Did you mean 'rmse'? Valid: rmse"),
    ("evaluate --metric ndcg@0", "the cut-off '0' is not a whole number"),
    ("evaluate --metric rmse@5", "rmse takes no cut-off"),
    ("tune -a svd --metric ndgc", "Did you mean 'ndcg'?"),
    ("show algorithm svdd", "Did you mean 'svd'?"),
    ("show metric rsme", "Did you mean 'rmse'?"),
    ("show split last", "Did you mean 'last-n'?"),
    ("list algos", "'algos' is not one of"),
    ("evaluate -a svd -p n_factor=3", "Did you mean 'n_factors'?"),
    ("train -a svd -p n_factor=3", "no parameter of svd 'n_factor'. Did you mean 'n_factors'?"),
    ("evaluate -a svd -p n_factors=0", "it takes a whole number ≥ 1 (default 100)"),
    ("train -a svd -p n_factors=many", "n_factors=many is not valid"),
    ("train -a svd -p biased=perhaps", "it takes true or false"),
    ("train -a knn-basic -p sim_options.name=cosin", "Did you mean 'cosine'?"),
    ("train -a svd -p n_factors", "'-p n_factors' is not name=value"),
    ("train -a svd -p =5", "'-p =5' is not name=value"),
    ("train -a svd -p n_factors=5 -p n_factors=6", "'n_factors' is given twice"),
    ("evaluate --params svd.toml -p n_factors=5", "'-p' sets parameters of the algorithms of '-a'"),
    ("train -a nothing:Here", "no module 'nothing'"),
    ("train -a classes:Onw -d good.csv", "Did you mean 'classes:Own'?"),
    ("train -a classes:Other -d good.csv", "not a subclass of surprise.AlgoBase"),
    ("train --params wrong.toml", "Did you mean 'n_factors'?"),
    ("train --params svd.toml -a nmf", "svd.toml holds parameters of svd, not of nmf"),
    ("train -a svd -d good.csv --name a/b", "'a/b' cannot name a model"),
    ("train -a svd -d good.csv --name ..", "'..' cannot name a model"),
    ("data add good.csv --name a/b", "'a/b' cannot name a dataset"),
    (
        "evaluate -a svd --threshold 6",
        "with ratings from 0.5 to 5 everything or nothing would be liked",
    ),
    ("tune -a svd --threshold 0.5", "Without it, 4 is taken"),
    ("evaluate --scale 5:1", "the lowest rating is not below the highest"),
    ("evaluate --scale 5", "'5' is not LOWEST:HIGHEST"),
    ("evaluate --scale nan:5", "the lowest rating is not below the highest"),
    ("evaluate --columns usr=a", "no column role 'usr'. Did you mean 'user'?"),
    ("evaluate --delimiter xx", "'xx' is not one character"),
    ("data check good.csv --file-format parket", "Did you mean 'parquet'?"),
    ("data check good.csv --encoding ebcdic9", "'ebcdic9' is not an encoding"),
    ("evaluate --on-bad drop", "'drop' is not one of"),
    ("evaluate --duplicates newest", "'newest' is not one of"),
    ("evaluate --cv 1", "not in the range"),
    ("evaluate --jobs 0", "neither a number of processes nor -1"),
    ("evaluate --memory-limit lots", "'lots' is not a size, as in 512M, 2G, 1.5GiB"),
    ("tune -a svd --memory-limit 0", "'0' is not a size"),
    (
        "recommend --user a -d good.csv --memory-limit 100",
        "for one user takes at least 192 B",
    ),
    ("evaluate -a svd -d good.csv --cv 2 -j 1 --memory-limit 300 --metric ndcg", "is 300 B."),
    ("evaluate -a svd -d good.csv --cv 2 -p n_factors=9999999999999", "free. Lower n_factors."),
    ("train -a nmf -d good.csv -p n_factors=9999999999999", "free. Lower n_factors."),
    ("evaluate --seed -1", "not in the range"),
    ("tune -a svd --trials 0", "not in the range"),
    ("tune -a svd --timeout 0", "not in the range"),
    ("recommend", "For whom? Say one of --user ID, --users FILE, --all-users."),
    ("recommend --user a -n 0", "not in the range"),
    ("completion tcsh", "'tcsh' is not one of"),
    ("evaluate -a svd -d good.csv --results good.csv", "is a file"),
    ("evaluate -a svd -d good.csv --cv 2 --results good.csv/x", "cannot be written"),
    ("tune -a svd -d good.csv --cv 2 --results good.csv/x", "cannot be written"),
    ("train -a svd -d good.csv --results good.csv/x", "cannot be written"),
    ("recommend --user a -d good.csv -o good.csv/x.csv", "cannot be written"),
    ("data check text.csv --on-bad skip --results good.csv/x", None),
]
DATA = [
    ("data check empty.csv", "empty.csv: the file is empty"),
    ("data check header.csv", "only the header (user, item, rating)"),
    ("data check column.csv", "no column for user and item. It has 1 column: x."),
    ("data check infinite.csv", "2 of 3 rows cannot be used"),
    ("data check good.csv --scale 2:5", "line 5: rating 1 is off the scale 2 to 5"),
    ("data check good.csv --columns user=usr", "no column 'usr'"),
    ("evaluate -d empty.csv", "the file is empty"),
    ("train -d twice.csv", "line 4: user a, item x is on line 2 already"),
    ("recommend --user a -d text.csv", "12 of 12 rows cannot be used"),
    ("evaluate -a svd -d one.csv", "1 rating cannot be cut into 5 folds"),
    ("evaluate -a content-based -d good.csv --cv 2 -j 1", "needs item features"),
    ("train --params damaged.toml", "damaged.toml: cannot be read as TOML"),
    ("train --params nothing.toml", 'lacks algorithm, the name of one, as in algorithm = "svd"'),
    ("data check .", "a folder without a dataset.toml"),
]
ABSENT = [
    ("data check absent.csv", "no dataset or file 'absent.csv'"),
    ("evaluate -d movielens-smal", "Did you mean 'movielens-small'?"),
    ("data show ml-100k", "'recli data download ml-100k'"),
    ("data add absent.csv --name mine", "'absent.csv'"),
    ("data add good.csv --name mine --items absent.csv", "absent.csv: no such file"),
    ("data add good.csv --name mine --users absent.csv", "absent.csv: no such file"),
    ("train --params absent.toml", "absent.toml: no such file"),
    ("tune -a svd --space absent.toml", "absent.toml: no such file"),
    ("tune -a svd -d good.csv --resume", "There is no study 'svd-rmse-good-"),
    ("studies show absent", "There is no study 'absent'"),
    ("recommend --user c -d good.csv", "There is no user 'c'"),
    ("recommend --user 42 --model absent", "no model 'absent' in results"),
]


@pytest.fixture(autouse=True)
def _files():
    for name, content in FILES.items():
        Path(name).write_text(content, encoding="utf-8")


def check(recli, typed: str, code: int, message: str | None) -> str:
    result = recli(*typed.split(), code=code)
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert result.stderr.count("Error: ") == 1
    if message is not None:
        assert message in result.stderr.partition("Error: ")[2]
    return result.stderr.partition("Error: ")[2]


@pytest.mark.parametrize(("typed", "message"), USAGE, ids=[typed for typed, _ in USAGE])
def test_usage(recli, typed, message):
    check(recli, typed, 3 if message is None else 2, message)


@pytest.mark.parametrize(("typed", "message"), DATA, ids=[typed for typed, _ in DATA])
def test_bad_data(recli, typed, message):
    check(recli, typed, 3, message)


@pytest.mark.parametrize(("typed", "message"), ABSENT, ids=[typed for typed, _ in ABSENT])
def test_not_found(recli, typed, message):
    check(recli, typed, 4, message)


def test_the_first_ten_bad_rows_are_listed(recli):
    lines = check(recli, "data check text.csv", 3, "12 of 12 rows cannot be used").splitlines()
    assert lines[1] == "  line 2: rating 'bad0' is not a finite number"
    assert lines[10] == "  line 11: rating 'bad9' is not a finite number"
    assert lines[11] == "  … and 2 more"
    assert "--on-bad skip" in lines[12]


def test_an_unknown_user_is_told_the_nearest_and_what_to_do(recli, tiny):
    recli("train", "-a", "baseline-only", "-d", tiny, "--name", "mine")
    message = check(recli, "recommend --user 421 --model mine", 4, "no user '421'")
    assert "Nearest ids: 63, 59" in message
    assert "--ratings FILE" in message


def test_an_unknown_model_is_told_those_there_are(recli, tiny):
    recli("train", "-a", "baseline-only", "-d", tiny, "--name", "mine")
    check(recli, "recommend --user 42 --model nine", 4, "There are: mine.")


def test_a_damaged_model_is_not_used(recli, tiny):
    recli("train", "-a", "baseline-only", "-d", tiny, "--name", "mine")
    folder = Path("results/models/mine")
    (folder / "ids.json").write_text("{}", encoding="utf-8")
    check(recli, "recommend --user 42 --model mine", 3, "is not what was written")
    (folder / "model.json").write_text("{", encoding="utf-8")
    check(recli, "recommend --user 42 --model mine", 3, "is damaged")


def test_nothing_is_written_for_a_wrong_command(recli):
    before = set(Path().rglob("*"))
    for typed in (
        "evaluate -a svdd",
        "train -a svd -p n_factors=0 -d good.csv",
        "tune -a slope-one",
    ):
        recli(*typed.split(), code=2)
    assert set(Path().rglob("*")) == before


def test_an_existing_dataset_is_not_replaced(recli):
    recli("data", "add", "good.csv", "--name", "mine")
    check(recli, "data add good.csv --name mine", 2, "There is a dataset 'mine' already")


@pytest.mark.parametrize("command", ["evaluate", "run", "tune", "reproduce"])
def test_a_cluster_that_there_is_not(recli, command):
    given = {"run": ("lists.toml",), "reproduce": ("latest",)}.get(command, ("-a", "svd"))
    refused = recli(command, *given, "--cluster", "slurm://host", code=2)
    assert "There is no cluster 'slurm'. Valid: " in refused.stderr
