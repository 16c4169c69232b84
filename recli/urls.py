"""Addresses of files and databases: which is which, and how they are shown without their secrets."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

# Where files are kept, and the extra that brings the package which speaks with such a place. Any other
# scheme is that of a database. `memory` is fsspec's, of this process.
STORES = {
    "http": "",
    "https": "",
    "memory": "fsspec",
    "s3": "s3",
    "gs": "gcs",
    "gcs": "gcs",
    "az": "azure",
    "abfs": "azure",
    "abfss": "azure",
}
# A scheme, or the user's own `module:Class` in its place.
_SCHEME = re.compile(r"([a-z][a-z0-9_+.-]*|[a-z_][\w.]*:[a-z_]\w*)://", re.IGNORECASE)
_ANYWHERE = re.compile(r"[a-z][a-z0-9_+.-]*://[^\s'\"<>]+", re.IGNORECASE)
_PASSWORD = re.compile(r"(?<=://)([^/?#]*)@")
_SECRET = re.compile(r"([^&=]*(?:pass|pwd|secret|token|key|cred)[^&=]*=)[^&]*", re.IGNORECASE)
HIDDEN = "***"


def is_url(text: str) -> bool:
    """Whether a text is a URL rather than a path.

    Args:
        text: a URL or a path

    >>> is_url("s3://bucket/a.csv"), is_url("C:/data/a.csv")
    (True, False)
    """
    return _SCHEME.match(text) is not None


def scheme(url: str) -> str:
    """The scheme of a URL in lower case, the user's own `module:Class` as it is; empty for what is none.

    Args:
        url: the address

    >>> scheme("S3://bucket/a.csv"), scheme("shop:Films://all"), scheme("a.csv")
    ('s3', 'shop:Films', '')
    """
    found = _SCHEME.match(url)
    if not found:
        return ""
    return found[1] if ":" in found[1] else found[1].lower()


def is_store(url: str) -> bool:
    """Whether a URL names a file, rather than a database.

    Args:
        url: the address
    """
    return scheme(url) in STORES


def shown(url: str) -> str:
    """A URL as it may be shown and stored: without a password, a key or a signature; a path as it is.

    Args:
        url: the address

    >>> shown("postgresql://me:secret@host/shop"), shown("https://host/a.csv?sig=abc")
    ('postgresql://me:***@host/shop', 'https://host/a.csv?***')
    """
    if not is_url(url):
        return url
    address, question, rest = url.partition("?")
    query, separator, member = rest.partition("::")
    hidden = HIDDEN if is_store(url) else _SECRET.sub(rf"\1{HIDDEN}", query)
    return _PASSWORD.sub(_without_password, address) + (
        f"?{hidden}{separator}{member}" if question else ""
    )


def stored(url: str) -> str:
    """A URL as it is written down: as `shown`, and without a password, which may come from elsewhere.

    Args:
        url: the address

    >>> stored("postgresql://me:secret@host/shop")
    'postgresql://me@host/shop'
    """
    return shown(url).replace(f":{HIDDEN}@", "@", 1) if is_url(url) else url


def redacted(text: str) -> str:
    """A text with every URL in it as `shown` has it.

    Args:
        text: any text, such as a command line

    >>> redacted("--dataset=mysql://me:secret@host/db")
    '--dataset=mysql://me:***@host/db'
    """
    return _ANYWHERE.sub(lambda found: shown(found[0]), text)


def file_name(url: str) -> str:
    """The last part of a URL's path, which is the file's name.

    Args:
        url: the address

    >>> file_name("https://host/data/u.data.gz?sig=abc")
    'u.data.gz'
    """
    return urlsplit(url).path.rstrip("/").rpartition("/")[2]


def _without_password(found: re.Match[str]) -> str:
    user, colon, _ = found[1].partition(":")
    return f"{user}{colon and ':' + HIDDEN}@"
