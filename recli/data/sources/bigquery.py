"""Google BigQuery: tables and queries, with its own client."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from recli import errors, registry, urls
from recli.data.sources.query import Query

if TYPE_CHECKING:
    from google.cloud.bigquery import Client

_BATCH, _PATIENCE = 50_000, 60.0  # rows; seconds
_SAID = re.compile(r"(?:(?:GET|POST) \S+: )?(.+?)(?:; reason: .*)?$")


class BigQuery(Query):
    """The answer to a query, or a table: `bigquery://PROJECT/DATASET::TABLE`.

    Credentials are those of Google's libraries: GOOGLE_APPLICATION_CREDENTIALS or those of gcloud. With
    BIGQUERY_EMULATOR_HOST there are none.
    """

    def batches(self) -> Iterator[tuple[list[str], Sequence[Sequence[Any]]]]:
        with connected(self._text) as (client, dataset), refusals(str(self)):
            from google.cloud.bigquery import DEFAULT_RETRY, QueryJobConfig

            if self._query is None and self._table is None:
                names = [table.table_id for table in client.list_tables(dataset)]
                self._table = self._only(names)
            statement = self._query or f"select * from `{self._table}`"  # noqa: S608, quoted
            retry = DEFAULT_RETRY.with_timeout(_PATIENCE)
            job = client.query(
                statement, job_config=QueryJobConfig(default_dataset=dataset), retry=retry
            )
            answer = job.result(page_size=_BATCH, retry=retry)
            columns = [field.name for field in answer.schema]
            if not columns:
                raise errors.DataError(f"{self}: the query gives no table. It should be a SELECT.")
            for page in answer.pages:
                if rows := [row.values() for row in page]:
                    yield columns, rows


@contextlib.contextmanager
def connected(url: str) -> Iterator[tuple[Client, str]]:
    """A client, and the dataset of the URL as PROJECT.DATASET.

    Args:
        url: the address

    Raises:
        UsageError: for a URL of another form
        MissingExtraError: without the package, and as `refusals` does
    """
    shown = urls.shown(url)
    if not registry.installed("bigquery"):
        raise errors.MissingExtraError(
            f"{shown} needs packages that are not installed. Install them: pip install 'recli[bigquery]'"
        )
    project, _, dataset = url.partition("://")[2].strip("/").partition("/")
    if not project or not dataset or "/" in dataset or "?" in dataset:
        raise errors.UsageError(f"{shown}: is not of the form bigquery://PROJECT/DATASET.")
    with registry.importing(shown, "'recli[bigquery]'"):
        from google.auth.credentials import AnonymousCredentials
        from google.cloud import bigquery

    emulated = os.environ.get("BIGQUERY_EMULATOR_HOST")
    with refusals(shown):
        client = bigquery.Client(project, AnonymousCredentials() if emulated else None)
    with contextlib.closing(client):
        yield client, f"{project}.{dataset}"


@contextlib.contextmanager
def refusals(shown: str) -> Iterator[None]:
    """Turns what BigQuery and the way to it refuse into an error in a line.

    Args:
        shown: the address as it may be shown, without its secrets
    """
    from google.api_core.exceptions import Forbidden, GoogleAPIError, NotFound, Unauthorized
    from google.auth.exceptions import GoogleAuthError
    from requests.exceptions import RequestException

    try:
        yield
    except (GoogleAPIError, GoogleAuthError, RequestException) as error:
        lines = (getattr(error, "message", None) or str(error)).strip().splitlines()
        # What comes before and after is the request, and the same once more.
        found = _SAID.match(lines[0]) if lines else None
        said = f"{shown}: {found[1].rstrip('. ') if found else type(error).__name__}."
        if isinstance(error, NotFound):
            raise errors.NotFoundError(said) from None
        if isinstance(error, Forbidden | Unauthorized | GoogleAuthError):
            said += (
                " Credentials come from GOOGLE_APPLICATION_CREDENTIALS or 'gcloud auth "
                "application-default login'."
            )
        raise errors.DataError(said) from None
