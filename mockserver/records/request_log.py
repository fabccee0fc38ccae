"""The log of requests: a record on stderr for each entry of the journal, if the settings ask for it."""

from __future__ import annotations

import logging

from ..messages import Response
from .exchange import Exchange
from .store import RecordStore

REQUEST_LOG = logging.getLogger("mockserver.requests")


class LoggedRecordStore(RecordStore):
    """A record store that also logs each exchange. The plain one, which is the default, does not even ask whether."""

    def close_exchange(self, exchange: Exchange, response: Response) -> None:
        """Record an exchange, and log it; `entry` of the log record is its journal entry."""
        super().close_exchange(exchange, response)
        REQUEST_LOG.info("%s %s", exchange.request.method, ascii(exchange.request.path), extra={"entry": exchange})
