"""Item features as numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler, normalize

from recli import errors
from recli.data.columns.number import is_gap, number
from recli.data.description import Feature
from recli.data.tables.items import Items, parts, tag

EXAMPLE = """  [items]
  file = "movies.csv"
  id = "movieId"
  title = "title"

  [items.features]
  genres = { kind = "categories", separator = "|" }
  year = { kind = "year" }
  plot = { kind = "text" }"""

# Chinese and Japanese characters, of which one alone may be a word.
_CHARACTER = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# Letters of any script, with digits among them: no numbers, no single letters.
_WORD = rf"(?<![^\W_])(?:(?=\d*[^\W\d_])[^\W_]{{2,}}|[{_CHARACTER}])(?![^\W_])"
_FARTHEST = 10.0  # deviations from the mean that an outlier may be, for whoever learns by gradients
_SHOWN_TERMS = 3  # of a dense factor, to name it by
_DECADE = 10.0
_SCALERS = {"standard": StandardScaler, "min-max": MinMaxScaler, "robust": RobustScaler}

Block = tuple[scipy.sparse.sparray, list[str]]


@dataclass(frozen=True)
class TextOptions:
    """How texts and tags become numbers.

    Attributes:
        terms: how many words or tags are kept, the most frequent
        factors: dimensions that they are reduced to, 0 for none
        stop_words: whether the English words that say little (the, of, …) are left out of texts
    """

    terms: int = 1000
    factors: int = 0
    stop_words: bool = False


_PLAIN = TextOptions()


def names(text: str) -> list[str]:
    """The names in a text that separates them by commas; none for `all`.

    Args:
        text: the text to read

    >>> names("genres, year"), names("all")
    (['genres', 'year'], [])
    """
    return [] if text == "all" else [name.strip() for name in text.split(",")]


def weighted(text: str, items: Items | None) -> dict[str, float]:
    """The features that `genres,year:0.5` names, with their weights; `all` is every one.

    Args:
        text: the text to read
        items: the item table; None if there is none

    Raises:
        UsageError: for a name that the item table does not declare, one that is given twice, and a
            weight that is not a positive number
    """
    declared = [feature.name for feature in items.features] if items else []
    if text.strip() == "all":
        return dict.fromkeys(declared, 1.0)
    found: dict[str, float] = {}
    for part in (part.strip() for part in text.split(",")):
        name, colon, weight = part.rpartition(":")
        if part in declared or not colon:
            name, weight = part, "1"
        if declared and name not in declared:
            raise errors.unknown("item feature", name, declared)
        if name in found:
            raise errors.UsageError(f"Item feature '{name}' is given twice.")
        found[name] = number(weight)
        if not 0 < found[name] < np.inf:
            raise errors.UsageError(
                f"Item feature '{part}': a weight is a number above 0, as in '{name}:0.5'."
            )
    return found


def matrix(
    items: Items | None,
    chosen: Mapping[str, float] | Sequence[str] = (),
    text: TextOptions = _PLAIN,
    told_apart: bool = True,
) -> tuple[scipy.sparse.csr_array, list[str]]:
    """Features of every item of the catalogue, float64[n_catalogue, n_features], and their names.

    Each item has a vector of length 1 for each of its features, times the feature's weight, and of
    length 0 where the table says nothing:

    - categories and flags are 0 or 1 before they are scaled to length 1,
    - texts and tags are TF-IDF, (1 + ln tf) · (1 + ln((1 + n) / (1 + df))); of texts the words in
      lower case without accents, of tags the counts. With `text.factors` they are reduced to as many
      dimensions by a singular value decomposition (latent semantic analysis),
    - a year belongs to the two decades whose middles it lies between, by its distance to them: near
      years are alike, and taste may rise and fall over time.

    A number is one column instead, with mean 0 and deviation 1 over the items; or scaled as the feature
    says: `min-max` to lie between 0 and 1, `robust` to have median 0 and the middle half 1 wide. An
    absent one is at the mean, or at the median; none is farther than 10 from 0.

    Args:
        items: the item table; None if there is none
        chosen: names of features, or name -> weight, 1 where there is none; all by default
        text: how words of texts are weighed
        told_apart: whether a feature by which all items are the same is left out, as by who learns
            from it

    Raises:
        DataError: when there is no item table, a feature is empty, or by none items are told apart
        UsageError: for an unknown feature
    """
    if items is None or not items.features:
        raise errors.DataError(
            "Content needs item features, and this dataset declares none. Describe them in its "
            f"dataset.toml, for instance:\n{EXAMPLE}"
        )
    by_name = {feature.name: feature for feature in items.features}
    blocks, names, alike = [], [], []
    weights = chosen if isinstance(chosen, Mapping) else dict.fromkeys(chosen, 1.0)
    for name, weight in (weights or dict.fromkeys(by_name, 1.0)).items():
        if name not in by_name:
            raise errors.unknown("item feature", name, by_name)
        feature = by_name[name]
        block, columns = _BLOCKS[feature.kind](feature, items, text)
        if told_apart and _is_alike(block):
            alike.append(f"'{name}'")
            continue
        blocks.append(block * weight)
        names += [f"{name}={column}" if column else name for column in columns]
    if alike and not blocks:
        are = "is" if len(alike) == 1 else "are"
        raise errors.DataError(
            f"Item feature{'s' * (len(alike) > 1)} {', '.join(alike)} {are} the same for every item, "
            "which says nothing. Describe other features in the dataset.toml, or choose others with "
            "`algorithm(…, item_features=…)`."
        )
    stacked = scipy.sparse.hstack(blocks, format="csr", dtype=np.float64)
    return scipy.sparse.csr_array(stacked), names


def _is_alike(block: scipy.sparse.sparray) -> bool:
    """Whether all items, of several, are the same by a feature."""
    rows = scipy.sparse.csr_array(block)
    return rows.shape[0] > 1 and (rows.max(axis=0) - rows.min(axis=0)).nnz == 0


def _categories(feature: Feature, items: Items, _: TextOptions) -> Block:
    vectorizer = CountVectorizer(analyzer=lambda labels: labels)
    _filled(feature, items)
    counts = vectorizer.fit_transform(items.labels_of(feature))
    return normalize(counts), list(vectorizer.get_feature_names_out())


def _flags(feature: Feature, items: Items, _: TextOptions) -> Block:
    flags = np.stack([items.columns[name] == "1" for name in feature.columns], axis=1)
    return normalize(scipy.sparse.csr_array(flags.astype(np.float64))), list(feature.columns)


def _tags(feature: Feature, items: Items, text: TextOptions) -> Block:
    wrong: list[str] = []
    counted = []
    for row, cell in enumerate(_filled(feature, items)):
        found: Counter[str] = Counter()
        for part in parts(cell, feature):
            name, count = tag(part)
            if count is None:
                wrong.append(f"item {items.ids.text[row]}: '{part}'")
            elif count:
                found[name] += count
        counted.append(found)
    if wrong:
        raise errors.DataError(
            f"Item feature '{feature.name}': after the colon of a tag stands how often it was given, "
            f"a whole number, as in 'funny:3|dark:1':\n{errors.first_ten(wrong)}"
        )
    vectorizer = DictVectorizer()
    counts = scipy.sparse.csr_array(vectorizer.fit_transform(counted))
    kept = np.sort(np.argsort(-counts.sum(axis=0), kind="stable")[: text.terms])
    tf_idf = _tf_idf(counts[:, kept])
    return _reduced(tf_idf, vectorizer.get_feature_names_out()[kept].tolist(), text.factors)


def _text(feature: Feature, items: Items, text: TextOptions) -> Block:
    vectorizer = CountVectorizer(
        max_features=text.terms,
        strip_accents="unicode",
        token_pattern=_WORD,
        stop_words="english" if text.stop_words else None,
    )
    texts, words = items.texts_of(feature), vectorizer.build_analyzer()
    if not any(words(text) for text in texts):
        raise errors.DataError(f"Item feature '{feature.name}' has no word in any item.")
    tf_idf = _tf_idf(vectorizer.fit_transform(texts))
    return _reduced(tf_idf, list(vectorizer.get_feature_names_out()), text.factors)


def _tf_idf(counts: scipy.sparse.csr_array) -> scipy.sparse.csr_array:
    """The counts of terms, weighed; float64[n_items, n_terms], rows of length 1."""
    # A row comes with its terms in the order in which items have them, and sums would be rounded by it.
    counts.sort_indices()
    return TfidfTransformer(sublinear_tf=True).fit_transform(counts)


def _reduced(tf_idf: scipy.sparse.sparray, terms: list[str], n_factors: int) -> Block:
    """TF-IDF in `n_factors` dimensions, each item of length 1; a factor is named by its first terms.

    As it is where `n_factors` is 0 or not less than what there is.
    """
    if not 0 < n_factors < min(tf_idf.shape):
        return tf_idf, terms
    # The decomposition is exact: the seed only chooses the vector that it starts from.
    svd = TruncatedSVD(n_factors, algorithm="arpack", random_state=0)
    dense = normalize(svd.fit_transform(tf_idf))
    order = np.argsort(-np.abs(svd.components_), axis=1, kind="stable")[:, :_SHOWN_TERMS]
    names = [" ".join(terms[term] for term in of_factor) for of_factor in order]
    return scipy.sparse.csr_array(dense), names


def _number(feature: Feature, items: Items, _: TextOptions) -> Block:
    numbers = _numbers(feature, items)
    # Near 0 and of a common size, because the scaler takes what varies little beside its mean for
    # constant, and the squares of the largest numbers are beyond floats.
    numbers = np.ldexp(numbers, -np.frexp(np.nanmax(np.abs(numbers)))[1])
    numbers -= np.nanmean(numbers)
    scaler = _SCALERS[feature.scaling or "standard"]()
    scaled = scaler.fit_transform(numbers[:, None]).clip(-_FARTHEST, _FARTHEST)
    absent = np.nanmean(scaled) if feature.scaling == "min-max" else 0.0
    return scipy.sparse.csr_array(np.nan_to_num(scaled, nan=absent)), [""]


def _year(feature: Feature, items: Items, _: TextOptions) -> Block:
    years = _numbers(feature, items)
    rows = np.flatnonzero(~np.isnan(years))
    place = years[rows] / _DECADE - 0.5  # whole at the middle of a decade
    before = np.floor(place)
    decades, column = np.unique(np.concatenate([before, before + 1]), return_inverse=True)
    share = np.concatenate([1 - (place - before), place - before])
    pairs = np.concatenate([rows, rows]), column
    found = scipy.sparse.csr_array((share, pairs), (len(years), len(decades)))
    used = np.flatnonzero(found.sum(axis=0))
    return normalize(found[:, used]), [f"{decades[place] * _DECADE:.0f}s" for place in used]


def _numbers(feature: Feature, items: Items) -> np.ndarray:
    """float64[n_catalogue], NaN where absent."""
    texts = _filled(feature, items)
    numbers = np.array([number(text) for text in texts])
    absent = np.array([is_gap(text) for text in texts])
    wrong = np.flatnonzero(~np.isfinite(numbers) & ~absent)
    if len(wrong):
        rows = [f"item {items.ids.text[row]}: '{texts[row]}'" for row in wrong]
        raise errors.DataError(
            f"Item feature '{feature.name}' should be a {feature.kind}:\n{errors.first_ten(rows)}"
        )
    return numbers


def _filled(feature: Feature, items: Items) -> np.ndarray:
    """`texts_of`. Raises DataError where it says nothing of any item."""
    texts = items.texts_of(feature)
    numeric = feature.kind in ("number", "year")
    said = (parts(text, feature) for text in texts)
    if not any(any(not is_gap(part) for part in cell) if numeric else cell for cell in said):
        raise errors.DataError(f"Item feature '{feature.name}' is empty for every item.")
    return texts


_BLOCKS: dict[str, Callable[[Feature, Items, TextOptions], Block]] = {
    "categories": _categories,
    "flags": _flags,
    "tags": _tags,
    "text": _text,
    "number": _number,
    "year": _year,
}
