"""Lists made of several models' lists against the list of the best model alone, over several seeds.

    python experiments/list_fusion.py [DATASET] [SPLIT] [MEMBERS] [SEEDS] [METHOD,…]

Every seed draws folds of its own. The best single model is the best of that seed, chosen by the very
numbers that are compared, so that what is shown is rather too little than too much. The test is
recli's own, paired over users; p is corrected by Holm's method for all pairs of that seed's line-up.
What was computed is kept in the folder results: begun again, it goes on where it was.
"""

from __future__ import annotations

import sys

import recli

METHODS = "reciprocal-rank,log-linear,lambda-mart"
MEMBERS = "slim,ease,ials,rp3beta,item-knn"


def fusion(method: str, members: str):
    if method == "lambda-mart":
        return recli.algorithm(method, members=members)
    return recli.algorithm("hybrid", members=members, method=method)


def main(
    dataset: str = "ml-100k",
    split: str = "k-fold",
    members: str = MEMBERS,
    seeds: str = "0,1,2",
    methods: str = METHODS,
) -> None:
    data, fusions = recli.load(dataset), methods.split(",")
    print(f"{data.name}, {split}, nDCG@10 of lists made of {members}\n", flush=True)
    print("| seed | best single | fusion | nDCG@10 | difference | 95 % interval | p |")
    print("|---|---|---|---|---|---|---|", flush=True)
    singles = [recli.algorithm(name) for name in members.split(",")]
    for seed in map(int, seeds.split(",")):
        found = recli.evaluate(
            data,
            [*singles, *(fusion(method, members) for method in fusions)],
            split=split,
            metrics="ndcg@10",
            seed=seed,
            results="results",
        )
        values = found.leaderboard()["ndcg@10"]
        alone = values[[name for name in values.index if name in members.split(",")]]
        best = alone.idxmax()
        pairs = found.compare("ndcg@10")
        for name in values.index.drop(alone.index):
            pair = pairs[pairs.a.isin([name, best]) & pairs.b.isin([name, best])].iloc[0]
            sign = 1 if pair.a == name else -1
            ends = sorted((sign * pair.interval_low, sign * pair.interval_high))
            print(
                f"| {seed} | {best} {alone[best]:.4f} | {name} | {values[name]:.4f} | "
                f"{sign * pair.difference:+.4f} | {ends[0]:+.4f} to {ends[1]:+.4f} | "
                f"{pair.p_adjusted:.2g} |",
                flush=True,
            )


if __name__ == "__main__":
    main(*sys.argv[1:])
