"""A command-line laboratory for recommender systems built on Surprise."""

import os

__version__ = "0.1.0"

# Surprise makes this folder when it is imported, and fails where the home cannot be written.
_DATASETS_OF_SURPRISE = os.path.expanduser("~/.surprise_data")
if not os.path.isdir(_DATASETS_OF_SURPRISE) and not os.access(os.path.expanduser("~"), os.W_OK):
    import tempfile

    os.environ.setdefault("SURPRISE_DATA_FOLDER", tempfile.gettempdir())
