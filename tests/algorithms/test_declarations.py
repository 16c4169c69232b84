"""A hyperparameter is stated once: the constructor is made from the declaration, or agrees with it."""

from __future__ import annotations

import copy
import inspect
import pickle

import numpy as np
import pytest
import surprise
from surprise.model_selection import GridSearchCV

from recli import errors, registry
from recli.algorithms import Algorithm, Configured, declared
from recli.algorithms._contract.constructor import accepted
from recli.algorithms.co_clustering import CoClustering
from recli.algorithms.content_based import ContentBased
from recli.algorithms.damped_mean import DampedMean
from recli.algorithms.ease import EASE
from recli.algorithms.knn_baseline import KNNBaseline
from recli.algorithms.knn_basic import KNNBasic
from recli.algorithms.svd import SVD
from recli.params import Bool, Float, Int

NAMES = registry.names("algorithm")
OF_SURPRISE = [
    name for name in NAMES if hasattr(surprise, registry.get("algorithm", name).__name__)
]
DAMPING = Float("damping", 25.0, "ratings of the mean of all", low=0)


class Damped(DampedMean):
    """A user's own class as it is easily written: a parameter more, and no constructor."""

    parameters = (*DampedMean.parameters, Float("offset", 0.0, "added to all"))

    def _estimate_pairs(self, users, items):
        return super()._estimate_pairs(users, items) + self.offset


def mean_error(algorithm, trainset):
    pairs = trainset.users, trainset.items
    return float(np.abs(algorithm.fit(trainset).predict_pairs(*pairs) - trainset.values).mean())


# The value that was dropped


def test_another_value_is_another_number(small):
    trainset = small.trainset()
    given = [Configured.of("damped-mean", {"damping": text}) for text in ("1", "3")]
    assert len({mean_error(one.create(0), trainset) for one in given}) == 2


def test_a_class_without_a_constructor_takes_what_it_declares(small):
    class Own(Algorithm):
        """It would have had the constructor of `surprise.AlgoBase`, which drops what it is given."""

        parameters = (DAMPING,)

        def _estimate_pairs(self, users, items):
            return np.full(len(users), self.damping)

    assert str(inspect.signature(Own)) == "(damping=25.0)"
    trainset = small.trainset()
    assert Own().damping == 25.0
    assert mean_error(Own(damping=1), trainset) != mean_error(Own(damping=3), trainset)


def test_a_parameter_more_than_the_base(small):
    assert list(inspect.signature(Damped).parameters) == ["damping", "offset"]
    trainset = small.trainset()
    pairs = np.array([0, 1]), np.array([3, 4])
    plain, more = (Damped(1, offset=by).fit(trainset).predict_pairs(*pairs) for by in (0, 0.25))
    np.testing.assert_allclose(more - plain, 0.25)


# What does not agree is a TypeError when the class is made; on the command line it is one line


def declares(*parameters, init=None):
    """Make a class of these parameters with this constructor."""
    body = {"parameters": parameters} | ({"__init__": init} if init else {})
    return type("Own", (Algorithm,), body)


def takes_nothing(self):
    """A constructor."""


def takes_another(self, dampen=25.0):
    """A constructor."""


def takes_anything(self, **kwargs):
    """A constructor."""


@pytest.mark.parametrize("init", [takes_nothing, takes_another, takes_anything])
def test_declared_and_not_accepted(init):
    with pytest.raises(TypeError) as caught:
        declares(DAMPING, init=init)
    message = str(caught.value)
    assert "Own declares the parameter 'damping', and its constructor takes " in message
    assert "a value of 'damping' would be lost" in message
    assert ("dampen" in message) == (init is takes_another)


def test_one_line_on_the_command_line():
    with pytest.raises(errors.RecliError) as caught:
        declares(DAMPING, init=takes_nothing)
    assert caught.value.exit_code == 2


def other_default(self, damping=20.0):
    """A constructor."""


def no_default(self, damping):
    """A constructor."""


@pytest.mark.parametrize(("init", "has"), [(other_default, "20.0"), (no_default, "none")])
def test_another_default(init, has):
    with pytest.raises(TypeError) as caught:
        declares(DAMPING, init=init)
    told = (
        f"Own declares the parameter 'damping' with the default 25.0, and its constructor has {has}"
    )
    assert f"{told}: " in str(caught.value)


def test_a_dictionary_that_is_not_accepted():
    with pytest.raises(
        TypeError, match="'sim_options.name', and its constructor takes no argument"
    ):
        declares(KNNBasic.parameters[2], init=takes_nothing)


def test_a_constructor_that_takes_less_than_its_base_declares():
    with pytest.raises(TypeError, match="Fixed declares the parameter 'n_factors'"):

        class Fixed(SVD):
            def __init__(self):
                super().__init__(n_factors=5)


def test_a_constructor_that_declares_nothing():
    class Fixed(SVD):
        parameters = ()

        def __init__(self):
            super().__init__(n_factors=5)

    assert (Fixed().n_factors, Fixed().n_epochs) == (5, 20)


def test_the_rest_may_go_on_to_the_base():
    class More(SVD):
        parameters = (*SVD.parameters, Float("bonus", 0.5, "added to all"))

        def __init__(self, bonus=0.5, **kwargs):
            super().__init__(**kwargs)
            self.bonus = bonus

    assert {"bonus", "n_factors", "random_state"} <= set(accepted(More))
    made = More(n_factors=7)
    assert (made.n_factors, made.lr_pu, made.bonus) == (7, 0.005, 0.5)


def test_a_constructor_that_agrees():
    class Own(Algorithm):
        parameters = (DAMPING,)

        def __init__(self, damping=25.0, items=None):
            surprise.AlgoBase.__init__(self)
            self.damping = damping

    assert Own(3).damping == 3


def test_declared_twice():
    with pytest.raises(TypeError, match="Own declares the parameter 'damping' twice"):
        declares(DAMPING, DAMPING)


def test_it_depends_on_what_is_declared_before():
    late = Bool("deep", True, "deep")
    with pytest.raises(TypeError, match="'k' to matter with 'deep', which is not declared before"):
        declares(Int("k", 1, "k", when=("deep", (True,))), late)


# The constructor that is made


@pytest.mark.parametrize("name", NAMES)
def test_no_algorithm_of_ours_states_a_constructor(name):
    assert hasattr(registry.get("algorithm", name).__init__, "_made_from_parameters")


@pytest.mark.parametrize("name", NAMES)
def test_the_signature_shows_every_parameter_with_its_default(name):
    signature = inspect.signature(registry.get("algorithm", name)).parameters
    for parameter in registry.get("algorithm", name).parameters:
        root, _, key = parameter.name.partition(".")
        assert root in signature
        assert signature[root].default == (None if key else parameter.default)


@pytest.mark.parametrize("name", NAMES)
def test_help_has_a_line_for_every_parameter(name):
    cls = registry.get("algorithm", name)
    lines = [line.strip() for line in cls.__init__.__doc__.splitlines()]
    for parameter in cls.parameters:
        key = parameter.name.rpartition(".")[2]
        told = f"{key}: {parameter.help[:1].upper()}{parameter.help[1:]}; {parameter.domain}"
        assert f"{told} (default {parameter.default!r})." in lines
    for argument in inspect.signature(cls).parameters:
        assert any(line.startswith(f"{argument}: ") for line in lines)


@pytest.mark.parametrize("name", OF_SURPRISE)
def test_arguments_are_those_of_surprise_in_its_order(name):
    ours = registry.get("algorithm", name)
    theirs = inspect.signature(getattr(surprise, ours.__name__)).parameters
    theirs = {k: p.default for k, p in theirs.items() if p.kind is not p.VAR_KEYWORD}
    found = {k: p.default for k, p in inspect.signature(ours).parameters.items()}
    assert list(found)[: len(theirs)] == list(theirs)
    for argument, default in theirs.items():
        if isinstance(default, dict):  # Surprise's own, which its instances share and change
            default = None
        assert found[argument] == default


def test_positions_are_those_of_surprise():
    ours, theirs = SVD(7, 3, False, random_state=1), surprise.SVD(7, 3, False, random_state=1)
    assert {k: vars(ours)[k] for k in vars(theirs)} == vars(theirs)
    assert KNNBasic(20, 2, {"name": "cosine"}).sim_options == {"name": "cosine", "user_based": True}


def test_no_dictionary_is_shared():
    one, two = KNNBaseline(), KNNBaseline()
    one.sim_options["user_based"] = False
    one.bsl_options["method"] = "sgd"
    assert two.sim_options == {"user_based": True}
    assert two.bsl_options == {}


def test_what_the_base_takes_and_nobody_declares():
    class Own(surprise.KNNBasic, Algorithm):
        parameters = (DAMPING,)

    made = Own(7, damping=3, verbose=False)
    assert (made.k, made.min_k, made.damping, made.verbose) == (7, 1, 3, False)
    assert Own(sim_options={"name": "cosine"}).sim_options["name"] == "cosine"


def test_an_argument_that_nobody_takes():
    with pytest.raises(TypeError, match=r"KNNBasic\(\): got an unexpected keyword argument 'kk'"):
        KNNBasic(kk=3)


def test_a_key_that_nobody_reads():
    with pytest.raises(
        errors.UsageError, match=r"KNNBasic 'sim_options.nmae'. Did you mean 'sim_o"
    ):
        KNNBasic(sim_options={"nmae": "cosine"})


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: EASE(reg=-1), "reg=-1 is not valid"),
        (lambda: Damped(offset="much"), "offset=much is not valid"),
        (lambda: CoClustering(cut_half_stars=2), "cut_half_stars=2 is not valid"),
        (lambda: EASE(300.0), "no value of preferences '300.0'"),
    ],
)
def test_bounds_are_those_declared(make, message):
    with pytest.raises(errors.UsageError, match=message):
        make()


def test_values_are_those_that_surprise_takes():
    assert SVD(n_epochs=0).n_epochs == 0
    assert KNNBasic(min_k=0, sim_options={"name": "MSD", "min_support": 0}).min_k == 0


def test_what_is_no_hyperparameter_is_an_attribute(small):
    assert ContentBased(items=small.items).items is small.items
    assert ContentBased(mode="profile").predicts == "scores"
    assert ContentBased().predicts == "ratings"


# Tools that make, copy and read algorithms


@pytest.mark.parametrize("how", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_copies_are_equal(how, small):
    fitted = Damped(damping=3, offset=0.5).fit(small.trainset())
    copied = how(fitted)
    assert (copied.damping, copied.offset) == (3, 0.5)
    np.testing.assert_array_equal(copied.bi, fitted.bi)


def test_surprise_searches_a_grid_of_dictionaries(small, to_surprise):
    grid = {"k": [5, 20], "sim_options": {"name": ["msd", "cosine"], "user_based": [False]}}
    search = GridSearchCV(KNNBasic, grid, measures=["rmse"], cv=2)
    search.fit(to_surprise(small))
    best = search.best_params["rmse"]
    assert best["sim_options"]["user_based"] is False
    assert best["k"] in grid["k"]


@pytest.mark.parametrize("name", NAMES)
def test_configured_passes_every_value_on(name):
    for parameter in declared(name):
        if (
            not isinstance(parameter, Int | Float | Bool)
            or parameter.when
            or parameter.default is None
        ):
            continue
        value = not parameter.default if isinstance(parameter, Bool) else parameter.default + 1
        made = Configured.of(name, {parameter.name: value}, to_fit=False).create(0)
        root, _, key = parameter.name.partition(".")
        if key and root in Configured.of(name, to_fit=False).parts:
            continue  # of a member, which is tested by its own name
        if parameter.name in ("lr_all", "reg_all"):  # Surprise keeps what they give the parts
            assert {made.lr_pu, made.reg_pu} & {value}
        else:
            assert (getattr(made, root)[key] if key else getattr(made, root)) == value


@pytest.mark.parametrize("text", ["n_factors", "lr_all", "init_std_dev"])
def test_advice_is_declared(text):
    what = {p.name: p.lower_for for p in SVD.parameters}
    assert what[text] == ("memory" if text == "n_factors" else "divergence")
    assert what["n_epochs"] == ""


def test_memory_advice_of_a_users_class(small, monkeypatch):
    monkeypatch.setattr("recli.memory.available", lambda: 10)

    class Wide(Algorithm):
        parameters = (Int("width", 3, "columns", low=1, lower_for="memory"), DAMPING)

        def _state_bytes(self, trainset):
            return 8 * self.width

    with pytest.raises(errors.TooLargeError, match=r"with width=3 needs 24 B .* Lower width\."):
        Wide().fit(small.trainset())
