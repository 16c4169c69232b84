"""`python -m recli`."""

from recli.cli import main

if __name__ == "__main__":
    main(prog_name="recli")
