"""The command line: parse, call one function, print. The only floor that prints or exits."""

from recli.cli._group import main

__all__ = ["main"]
