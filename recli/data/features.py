"""Item features as numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import scipy.sparse
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.preprocessing import StandardScaler, normalize

from recli import errors
from recli.data.description import Feature
from recli.data.items import Items
from recli.data.numbers import number

EXAMPLE = """  [items]
  file = "movies.csv"
  id = "movieId"
  title = "title"

  [items.features]
  genres = { kind = "categories", separator = "|" }
  year = { kind = "number" }"""


def matrix(
    items: Items | None, chosen: Sequence[str] = (), text_terms: int = 1000
) -> tuple[scipy.sparse.csr_array, list[str]]:
    """Features of every item of the catalogue, float64[n_catalogue, n_features], and their names.

    Categories and flags are 0 or 1 and each item's are scaled to length 1; text is TF-IDF over its
    `text_terms` most frequent words; numbers have mean 0 and deviation 1, an absent one is 0.
    chosen: names of features, all by default

    Raises DataError when there is no item table or a feature says nothing, UsageError for an unknown
    feature.
    """
    if items is None or not items.features:
        raise errors.DataError(
            "Content needs item features, and this dataset declares none. Describe them in its "
            f"dataset.toml, for instance:\n{EXAMPLE}"
        )
    by_name = {feature.name: feature for feature in items.features}
    for name in chosen:
        if name not in by_name:
            raise errors.unknown("item feature", name, by_name)
    blocks, names = [], []
    for feature in [by_name[name] for name in chosen] or items.features:
        block, columns = _BLOCKS[feature.kind](feature, items, text_terms)
        blocks.append(block)
        names += [f"{feature.name}={column}" if column else feature.name for column in columns]
    stacked = scipy.sparse.hstack(blocks, format="csr", dtype=np.float64)
    return scipy.sparse.csr_array(stacked), names


def _categories(feature: Feature, items: Items, _: int) -> tuple[scipy.sparse.sparray, list[str]]:
    vectorizer = CountVectorizer(
        analyzer=lambda text: {part.strip() for part in text.split(feature.separator)} - {""}
    )
    texts = items.texts_of(feature)
    if not any(text.strip(f" {feature.separator}") for text in texts):
        raise errors.DataError(f"Item feature '{feature.name}' is empty for every item.")
    counts = vectorizer.fit_transform(texts)
    return normalize(counts), list(vectorizer.get_feature_names_out())


def _flags(feature: Feature, items: Items, _: int) -> tuple[scipy.sparse.sparray, list[str]]:
    flags = np.stack([items.columns[name] == "1" for name in feature.columns], axis=1)
    return normalize(scipy.sparse.csr_array(flags.astype(np.float64))), list(feature.columns)


def _text(feature: Feature, items: Items, terms: int) -> tuple[scipy.sparse.sparray, list[str]]:
    vectorizer = TfidfVectorizer(max_features=terms, sublinear_tf=True, strip_accents="unicode")
    texts, words = items.texts_of(feature), vectorizer.build_analyzer()
    if not any(words(text) for text in texts):
        raise errors.DataError(f"Item feature '{feature.name}' has no word in any item.")
    return vectorizer.fit_transform(texts), list(vectorizer.get_feature_names_out())


def _number(feature: Feature, items: Items, _: int) -> tuple[scipy.sparse.sparray, list[str]]:
    texts = items.texts_of(feature)
    numbers = np.array([number(text) for text in texts])
    absent = np.array([not text.strip() for text in texts])
    wrong = np.flatnonzero(~np.isfinite(numbers) & ~absent)
    if len(wrong):
        rows = [f"item {items.ids.text[row]}: '{texts[row]}'" for row in wrong]
        raise errors.DataError(
            f"Item feature '{feature.name}' should be a number:\n{errors.first_ten(rows)}"
        )
    if absent.all():
        raise errors.DataError(f"Item feature '{feature.name}' is empty for every item.")
    scaled = StandardScaler().fit_transform(numbers[:, None])
    return scipy.sparse.csr_array(np.nan_to_num(scaled)), [""]


_BLOCKS: dict[str, Callable[[Feature, Items, int], tuple[scipy.sparse.sparray, list[str]]]] = {
    "categories": _categories,
    "flags": _flags,
    "text": _text,
    "number": _number,
}
