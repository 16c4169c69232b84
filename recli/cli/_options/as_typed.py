"""Parameters of the library, as messages name them, in the words of the command line.

A message has a parameter in backticks, as Python writes it: `on_bad="skip"`. Here that is
'--on-bad skip'.
"""

from __future__ import annotations

import re

PARAMETERS = frozenset(
    (  # noqa: SIM905, a line each otherwise
        "algorithms allow_code allow_pickle by conf decimal delimiter diversify duplicates encoding "
        "engine escape event fix format fresh goal header implicit item items_id jobs master "
        "memory_limit metric missing on_bad pick query quote rating sampled_negatives scale strict study "
        "threshold time time_format time_unit trials user users_id verify weight "
        "weights where"
    ).split()
)
"""Those that messages name."""
_ROLES = ("user", "item", "rating", "weight", "event", "time")
_OPTIONS = {"algorithms": "-a", "format": "--file-format", "weights": "--weight"}
_FLAGS = {"header=False": "--no-header", "implicit=False": "--explicit"}
_BOTH_WAYS = {"header": "--header/--no-header", "implicit": "--implicit/--explicit"}
_PHRASES = {  # what is said in more than one option
    'results="FOLDER"': "--results FOLDER' or '--output FILE",
}
_FOLDED_IN = re.compile(r"fold_in\(\{(\w+): (\w+)\}\)")
_CODE = re.compile(r"`([^`\n]+)`")
_REPEATED = re.compile(r"('--\S+')(?:, \1)+")  # several parameters that one option has
_VALUE = r"\"[^\"]*\"|'[^']*'|\{[^}]*\}|\([^)]*\)|[^,]*"
_ARGUMENT = re.compile(rf"(\w+)(?:=({_VALUE}))?(?:, |$)")
_OF_ALGORITHM = re.compile(r"algorithm\(…, (.*)\)")


def as_typed(message: str) -> str:
    """The message with options of the command line in place of parameters.

    Other text in backticks stays. There are no quotes at the beginning, after an opening parenthesis
    and before a colon.

    Args:
        message: what is said

    >>> print(as_typed('Choose with `duplicates="first"`, or say `user="uid", item="film"`.'))
    Choose with '--duplicates first', or say '--columns user=uid,item=film'.
    >>> print(as_typed("`scale=(1, 5)` is for ratings (see `weights`), `algorithm(…, mode='profile')`"))
    --scale 1:5 is for ratings (see --weight), '-p mode=profile'
    """

    def shown(found: re.Match[str]) -> str:
        typed = _typed(found[1])
        if typed is None:
            return found[0]
        before, after = message[: found.start()], message[found.end() :]
        bare = not before or before.endswith(("(", "(see ")) or after.startswith(":")
        return typed if bare else f"'{typed}'"

    return _REPEATED.sub(r"\1", _CODE.sub(shown, message))


def option_of(parameter: str) -> str:
    """The option that sets a parameter, with its opposite if it has one.

    Args:
        parameter: the name of the parameter

    >>> option_of("rating"), option_of("implicit"), option_of("time_unit")
    ('--columns', '--implicit/--explicit', '--time-unit')
    """
    if not parameter.isidentifier():
        return parameter  # where it stands in a dataset.toml
    if parameter in _ROLES:
        return "--columns"
    return _BOTH_WAYS.get(parameter, _option(parameter, ""))


def _typed(code: str) -> str | None:
    """The options for some arguments; None for what are none."""
    if code in _PHRASES:
        return _PHRASES[code]
    if rated := _FOLDED_IN.fullmatch(code):
        return f"recli recommend --ratings FILE' or '--rate {rated[1]}={rated[2]}"
    if inner := _OF_ALGORITHM.fullmatch(code):
        return " ".join(_hyperparameter(*found) for found in _ARGUMENT.findall(inner[1]))
    more = code.startswith("…, ")
    arguments = _ARGUMENT.findall(code.removeprefix("…, "))
    if not arguments or not {name for name, _ in arguments} <= PARAMETERS:
        return None
    options: dict[str, str] = {}
    for name, value in arguments:
        if name not in _ROLES:
            options[name] = _option(name, value)
        elif value:
            before = f"{options['columns']}," if "columns" in options else "…," * more
            options["columns"] = f"{before}{name}={_plain(value)}"
        else:
            options["columns"] = ""
    columns = (
        {"columns": f"--columns {options['columns']}".rstrip()} if "columns" in options else {}
    )
    return " ".join((options | columns).values())


def _option(name: str, value: str) -> str:
    option = _OPTIONS.get(name, f"--{name.replace('_', '-')}")
    if value in ("True", "False"):
        return _FLAGS.get(f"{name}={value}", option)
    return f"{option} {_plain(value)}" if value else option


def _hyperparameter(name: str, value: str) -> str:
    if value.startswith("{"):
        inner, _, value = value.strip("{}").partition(": ")
        name = f"{name}.{_plain(inner)}"
    return f"-p {name}={_plain(value.lower() if value in ('True', 'False') else value)}"


def _plain(value: str) -> str:
    """A value as it is typed: a tuple as 1:5, a dictionary as view=1,cart=3, a text without quotes."""
    if value.startswith("("):
        return value.strip("()").replace(", ", ":")
    if value.startswith("{"):
        return value.strip("{}").replace('"', "").replace(": ", "=").replace(", ", ",")
    if value[:1] not in ("'", '"'):
        return value
    text = value[1:-1].replace("\\\\", "\\")
    return f'"{text}"' if " " in text else text
