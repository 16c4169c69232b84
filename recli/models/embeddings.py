"""The vectors of users and items, written for other programs."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from recli import errors, files
from recli.data.ids import Ids
from recli.models.model import FittedModel

_PARTS = {"users", "items"}


def write(model: FittedModel, folder: Path) -> dict[str, tuple[int, int]]:
    """Write the vectors of a model, and return how many of users and items there are, and how long.

    In each of the folders `users` and `items` are

    vectors.parquet: a row for each: id, title (of items that have one) and vector, list<float>
    vectors.tsv, metadata.tsv: the same for an embedding projector: numbers; id and title

    By ascending id. Items of which the model has learned nothing are left out. `folder` is written
    whole or not at all, in place of an earlier one.

    Args:
        model: a fitted model
        folder: what is written

    Raises:
        UsageError: where the model has no vectors, and for a folder that holds anything else
    """
    others = {path.name for path in folder.iterdir()} - _PARTS if folder.is_dir() else set()
    if others:
        raise errors.UsageError(
            f"{folder} holds {min(others)}: vectors go into a folder of their own, as "
            f"{folder / 'vectors'}."
        )
    trainset = model.trainset
    of_users, of_items = model.algorithm.embeddings()
    rated = np.flatnonzero(trainset.inner_users >= 0)
    items = of_items[trainset.inner_items]
    learned = np.flatnonzero(~np.isnan(items).any(axis=1))
    titles = [model.title(code) for code in learned.tolist()] if model.titles is not None else None
    with files.new_folder(folder) as temporary:
        user_ids, item_ids = trainset.ratings.user_ids, trainset.ratings.item_ids
        vectors = of_users[trainset.inner_users[rated]]
        _write(temporary / "users", user_ids, rated, vectors, None)
        _write(temporary / "items", item_ids, learned, items[learned], titles)
    return {"users": vectors.shape, "items": items[learned].shape}


def _write(
    folder: Path, ids: Ids, codes: np.ndarray, vectors: np.ndarray, titles: list[str] | None
) -> None:
    folder.mkdir()
    columns = {"id": pa.array([ids.json(code) for code in codes.tolist()])}
    if titles is not None:
        columns["title"] = pa.array(titles, pa.string())
    single = vectors.astype(np.float32)
    ends = np.arange(len(single) + 1, dtype=np.int32) * single.shape[1]
    columns["vector"] = pa.ListArray.from_arrays(ends, single.ravel())
    pa.parquet.write_table(pa.table(columns), folder / "vectors.parquet")
    text = io.StringIO()
    np.savetxt(text, single, fmt="%.7g", delimiter="\t")
    (folder / "vectors.tsv").write_text(text.getvalue(), encoding="utf-8")
    (folder / "metadata.tsv").write_text(_metadata(ids, codes, titles), encoding="utf-8")


def _metadata(ids: Ids, codes: np.ndarray, titles: list[str] | None) -> str:
    """A column without a header, or two with one: a projector takes no other."""
    if titles is None:
        return "".join(f"{_plain(ids.text[code])}\n" for code in codes)
    rows = zip(ids.text[codes], titles, strict=True)
    return "id\ttitle\n" + "".join(f"{_plain(raw)}\t{_plain(title)}\n" for raw, title in rows)


def _plain(text: str) -> str:
    """`text` without the tabs and ends of lines that would end a cell."""
    return " ".join(str(text).split())
