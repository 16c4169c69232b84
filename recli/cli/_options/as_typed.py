"""Parameters of the library, as messages name them, in the words of the command line.

A message has a parameter in backticks, as Python writes it: `on_bad="skip"`. Here that is
'--on-bad skip'.
"""

from __future__ import annotations

import re

PARAMETERS = frozenset(
    {
        *("algorithms", "allow_pickle", "by", "calibrate", "decimal", "delimiter", "diversify"),
        *("duplicates", "encoding", "escape", "event", "explore", "format", "goal", "header"),
        *("implicit", "item", "items_id", "memory_limit", "metric", "min_ratings", "missing"),
        *("on_bad", "query", "quote", "rating", "scale", "split", "strict", "threshold", "time"),
        *("time_format", "time_unit", "trials", "user", "users_id", "weight", "weights", "where"),
    }
)
"""Those that messages may name."""
_ROLES = ("user", "item", "rating", "weight", "event", "time")
_OPTIONS = {"algorithms": "-a", "format": "--file-format", "weights": "--weight"}
_FLAGS = {
    "header=True": "--header",
    "header=False": "--no-header",
    "implicit=True": "--implicit",
    "implicit=False": "--explicit",
}
_CODE = re.compile(r"`([^`\n]+)`")
_ARGUMENT = re.compile(r"(\w+)(?:=(\"[^\"]*\"|\{[^}]*\}|\([^)]*\)|[^,]*))?(?:, |$)")
_OF_ALGORITHM = re.compile(r"algorithm\(…, (.*)\)")


def as_typed(message: str) -> str:
    """The message with options of the command line in place of parameters.

    Other text in backticks stays. There are no quotes at the beginning, after an opening parenthesis
    and before a colon.

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

    return _CODE.sub(shown, message)


def _typed(code: str) -> str | None:
    """The options for some arguments; None for what are none."""
    inner = _OF_ALGORITHM.fullmatch(code)
    arguments = _ARGUMENT.findall(inner[1] if inner else code)
    if inner:
        return " ".join(f"-p {name}={_value(value)}" for name, value in arguments)
    if not arguments or not {name for name, _ in arguments} <= PARAMETERS:
        return None
    roles = ",".join(f"{name}={_value(value)}" for name, value in arguments if name in _ROLES)
    others = [_option(name, value) for name, value in arguments if name not in _ROLES]
    return " ".join([*([f"--columns {roles}"] if roles else []), *others])


def _option(name: str, value: str) -> str:
    flag = _FLAGS.get(f"{name}={value}")
    option = _OPTIONS.get(name, f"--{name.replace('_', '-')}")
    return flag or (f"{option} {_value(value)}" if value else option)


def _value(value: str) -> str:
    """A value as it is typed: a tuple as 1:5, a dictionary as view=1,cart=3, a text without quotes."""
    if value.startswith("("):
        return value.strip("()").replace(", ", ":")
    if value.startswith("{"):
        return value.strip("{}").replace('"', "").replace(": ", "=").replace(", ", ",")
    text = value[1:-1] if value[:1] in "\"'" else value
    return f'"{text}"' if " " in text else text
