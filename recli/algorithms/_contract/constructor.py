"""The constructor of an algorithm: made from what the class declares, or checked against it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import surprise

from recli import errors, params
from recli.params import Parameter

_SELF = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


def _argument(name: str, default: object) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=default)


_OF_BASE = {name: _argument(name, None) for name in ("bsl_options", "sim_options")}
"""What `surprise.AlgoBase` takes out of its **kwargs."""
_MADE = "_made_from_parameters"


@dataclass(frozen=True)
class Argument:
    """An argument of the constructor that is no hyperparameter.

    Attributes:
        name: As the constructor takes it; it becomes an attribute.
        default: What it is where it is not given.
        help: One line about it.
        many: Whether it stands for all other keywords, as `**name` does; it is then a dictionary.
    """

    name: str
    default: Any
    help: str
    many: bool = False

    @property
    def of_signature(self) -> inspect.Parameter:
        """It, as `inspect.signature` shows it."""
        if self.many:
            return inspect.Parameter(self.name, inspect.Parameter.VAR_KEYWORD)
        return _argument(self.name, self.default)


RANDOM_STATE = Argument("random_state", None, "the seed; None: other random numbers every time")
_INHERITED = "As in the class that it extends."
_ALWAYS = {
    "random_state": RANDOM_STATE.help,
    "verbose": "accepted as in Surprise; nothing is printed",
}


class Declared:
    """The part of an algorithm that states its hyperparameters once, in `parameters`.

    A class that declares `parameters` and writes no constructor gets one. It takes the arguments of
    Surprise's class, if the class extends one, and then what else is declared, each in its order,
    and sets each as an attribute. Values are checked as declared, except for those that Surprise
    takes. `a.b` is the key `b` of a dictionary `a`. A class that writes its constructor has to accept
    every parameter with the default that it declares.

    Attributes:
        parameters: The hyperparameters.
        takes: What the constructor takes besides.

    Raises:
        DeclarationError: A TypeError, when the class is made, if declaration and constructor disagree.
    """

    parameters: ClassVar[tuple[Parameter, ...]] = ()
    takes: ClassVar[tuple[Argument, ...]] = ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        _check_declaration(cls)
        own = vars(cls)
        if "__init__" not in own and ("parameters" in own or "takes" in own):
            cls.__init__ = _constructor(cls)  # type: ignore[method-assign]
        _check_constructor(cls)

    def _prepare(self) -> None:
        """Set what follows from the parameters, which are attributes now."""


def accepted(cls: type) -> dict[str, inspect.Parameter]:
    """What the constructor of a class takes by name.

    Args:
        cls: A subclass of `surprise.AlgoBase`.

    Returns:
        The arguments by name, in order; after a `**kwargs` come those of the constructors to which
        the bases of `cls` pass it on.
    """
    return _accepted(inits for inits in cls.__mro__ if "__init__" in vars(inits))


def _accepted(classes: Iterable[type]) -> dict[str, inspect.Parameter]:
    found: dict[str, inspect.Parameter] = {}
    for one in classes:
        if one is surprise.AlgoBase:
            return found | {k: v for k, v in _OF_BASE.items() if k not in found}
        takes = list(inspect.signature(vars(one)["__init__"]).parameters.values())[1:]
        found |= {p.name: p for p in takes if p.kind in _NAMED and p.name not in found}
        if not any(p.kind is p.VAR_KEYWORD for p in takes):
            break
    return found


def _constructor(cls: type[Declared]) -> Callable[..., None]:
    """`__init__` for `cls`, by what it declares and what the constructor that it extends takes."""
    written = [c for c in cls.__mro__[1:] if not hasattr(vars(c).get("__init__"), _MADE)]
    written = [c for c in written if "__init__" in vars(c) and c is not object]
    base_init: Callable[..., None] = vars(written[0])["__init__"]
    of_base = _accepted(written)
    signature = _signature(cls, of_base)

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        try:
            bound = signature.bind(self, *args, **kwargs)
        except TypeError as error:
            raise TypeError(f"{cls.__name__}(): {error}") from None
        given = {name: value for name, value in bound.arguments.items() if name != "self"}
        values = _defaults(cls) | given | _checked(cls, given, of_base)
        base_init(self, **{k: v for k, v in values.items() if k in of_base})
        for name in values.keys() - of_base.keys():
            setattr(self, name, values[name])
        self._prepare()

    __init__.__qualname__ = f"{cls.__qualname__}.__init__"
    __init__.__module__ = cls.__module__
    __init__.__doc__ = _documented(cls, signature)
    __init__.__signature__ = signature  # type: ignore[attr-defined]
    setattr(__init__, _MADE, True)
    return __init__


def _defaults(cls: type[Declared]) -> dict[str, Any]:
    """What the class itself takes, as it is where nothing is given."""
    found: dict[str, Any] = {p.name: p.default for p in cls.parameters if "." not in p.name}
    return found | {a.name: {} if a.many else a.default for a in cls.takes}


def _signature(cls: type[Declared], of_base: Mapping[str, inspect.Parameter]) -> inspect.Signature:
    """The arguments of the base, with the defaults that `cls` declares, and then the others."""
    declared = {p.name: p.default for p in cls.parameters if "." not in p.name}
    found = {
        name: parameter.replace(default=declared.get(name, parameter.default))
        for name, parameter in of_base.items()
        if parameter is not _OF_BASE.get(name)
    }
    for parameter in cls.parameters:
        root = parameter.name.partition(".")[0]
        found.setdefault(root, _argument(root, declared.get(root)))
    found |= {argument.name: argument.of_signature for argument in cls.takes}
    found = {k: p.replace(default=None) if p.default == {} else p for k, p in found.items()}
    return inspect.Signature([_SELF, *sorted(found.values(), key=lambda p: p.kind)])


def _checked(
    cls: type[Declared], given: Mapping[str, Any], of_base: Mapping[str, inspect.Parameter]
) -> dict[str, Any]:
    """The hyperparameters among the arguments `given`, and a new dictionary for each not given.

    What the base takes is left to it, as Surprise takes some values that are out of our bounds; what
    `cls` takes itself is checked as it is declared. Raises UsageError for a value out of bounds, and
    for a key that is not declared.
    """
    by_name = {parameter.name: parameter for parameter in cls.parameters}
    roots = {name.partition(".")[0] for name in by_name if "." in name}
    options = {root: {} if given.get(root) is None else given[root] for root in roots}
    for name in params.flat(options):
        if name not in by_name:
            raise errors.unknown(f"parameter of {cls.__name__}", name, by_name)
    own = by_name.keys() & given.keys() - of_base.keys()
    return options | {name: by_name[name].check(given[name]) for name in own}


def _documented(cls: type[Declared], signature: inspect.Signature) -> str:
    """The docstring of the constructor, with a line for each argument."""
    lines = {name: f"{_sentence(text)}." for name, text in _ALWAYS.items()}
    lines |= {argument.name: f"{_sentence(argument.help)}." for argument in cls.takes}
    for parameter in cls.parameters:
        root, _, key = parameter.name.partition(".")
        text = f"{_sentence(parameter.help)}; {parameter.domain} (default {parameter.default!r})."
        if key:
            before = lines.get(root, "A dictionary, of which each key may be left out.")
            text = f"{before}\n            {key}: {text}"
        lines[root] = text
    arguments = list(signature.parameters)[1:]
    about = [f"        {name}: {lines.get(name, _INHERITED)}\n" for name in arguments]
    section = f"\n\n    Args:\n{''.join(about)}    " if about else ""
    return f"Make the algorithm, not fitted.{section}"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _check_declaration(cls: type[Declared]) -> None:
    """Raise DeclarationError for a name that is declared twice, or that depends on none before it."""
    names: list[str] = []
    for parameter in cls.parameters:
        where = f"{cls.__module__}.{cls.__qualname__} declares the parameter '{parameter.name}'"
        if parameter.name in names:
            raise errors.DeclarationError(f"{where} twice.")
        if parameter.when is not None and parameter.when[0] not in names:
            raise errors.DeclarationError(
                f"{where} to matter with '{parameter.when[0]}', which is not declared before it."
            )
        names.append(parameter.name)


def _check_constructor(cls: type[Declared]) -> None:
    """Raise DeclarationError for a parameter that the constructor lacks or has with another default."""
    takes = accepted(cls)
    for parameter in cls.parameters:
        root, _, key = parameter.name.partition(".")
        where = f"{cls.__module__}.{cls.__qualname__} declares the parameter '{parameter.name}'"
        if root not in takes:
            raise errors.DeclarationError(
                f"{where}, and its constructor takes {', '.join(takes) or 'no argument'}: a value of "
                f"'{root}' would be lost. Add it to the constructor, take it out of `parameters`, or "
                "write no constructor, so that it is made from `parameters`."
            )
        default = takes[root].default
        if not key and (default is inspect.Parameter.empty or default != parameter.default):
            found = "none" if default is inspect.Parameter.empty else repr(default)
            raise errors.DeclarationError(
                f"{where} with the default {parameter.default!r}, and its constructor has {found}: "
                "make them one, or write no constructor, so that it is made from `parameters`."
            )
