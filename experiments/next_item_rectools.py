"""The lists of RecTools' SASRec on folds that recli has cut, for recli to measure.

    recli export folds -d ml-1m --implicit --prepare "keep:user < 3000" --split last-n:n=1 -o folds
    pip install 'rectools[torch]'
    python experiments/next_item_rectools.py folds lists.csv n_factors=64 n_heads=1 epochs=20
    recli evaluate -d ml-1m --implicit --prepare "keep:user < 3000" --split last-n:n=1 \
        --metrics hit-rate,ndcg,mrr --lists rectools=lists.csv

What follows the files are arguments of `SASRecModel`; the others are as the library has them. Ratings of
the same time stay in the order of the file, as recli takes them.
"""

from __future__ import annotations

import ast
import sys
import time
from pathlib import Path

import pandas as pd
import torch
from pytorch_lightning import seed_everything
from rectools import Columns
from rectools.dataset import Dataset
from rectools.models import SASRecModel


def interactions(file: Path) -> pd.DataFrame:
    """The training of a fold, every moment a second later than the one before it."""
    rows = pd.read_csv(file).sort_values("timestamp", kind="stable")
    rows["timestamp"] = pd.date_range("2000-01-01", periods=len(rows), freq="s")
    return rows.rename(columns={"timestamp": Columns.Datetime, "weight": Columns.Weight})


def main(folder: str, lists: str, *settings: str) -> None:
    torch.set_num_threads(1)
    given = {name: ast.literal_eval(value) for name, value in (s.split("=") for s in settings)}
    found = []
    for fold in sorted(Path(folder).glob("fold-*")):
        seed_everything(0)
        dataset = Dataset.construct(interactions(fold / "train.csv"))
        model, started = SASRecModel(**given, deterministic=True), time.process_time()
        model.fit(dataset)
        print(f"{fold.name}: {time.process_time() - started:.0f} s of CPU", flush=True)
        users = pd.read_csv(fold / "users.csv")["user_id"].to_numpy()
        best = model.recommend(users=users, dataset=dataset, k=10, filter_viewed=True)
        found.append(best.assign(fold=int(fold.name.removeprefix("fold-"))))
    columns = ["fold", Columns.User, Columns.Item, Columns.Rank]
    pd.concat(found)[columns].to_csv(lists, index=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
