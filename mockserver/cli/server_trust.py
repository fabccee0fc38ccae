"""Which certificates the commands trust when they call a running server that speaks HTTPS."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:  # `serve` needs neither
    from ssl import SSLContext
    from urllib.request import OpenerDirector

TRUST_HINT = "name the file of its certificate authority with --ca"
SCHEME_HINT = "does the server speak HTTP? It needs --tls for HTTPS"


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """How to reach a server.

    url: without a final slash.
    ca: a file with the authority of its certificate. folder: that of our own authority; None for the default.
    certificate: the file with the very certificate that the server shows; its names then do not matter.
    """

    url: str
    ca: Path | None = None
    folder: Path | None = None
    certificate: Path | None = None

    def create_opener(self) -> OpenerDirector:
        """Return what opens URLs of the server, without proxies; UsageError if a file has no certificate."""
        from urllib.request import HTTPSHandler, ProxyHandler, build_opener  # noqa: PLC0415 - see above

        if not self.url.startswith("https:"):
            return build_opener(ProxyHandler({}))
        return build_opener(ProxyHandler({}), HTTPSHandler(context=self._create_context()))

    def _create_context(self) -> SSLContext:
        """Return a context that trusts what the system trusts, our own authority if there is one, and the files."""
        import ssl  # noqa: PLC0415 - a call over HTTP needs none of these

        from ..tls.authority import CERTIFICATE_FILE, default_folder  # noqa: PLC0415

        context = ssl.create_default_context()
        own = (self.folder or default_folder()) / CERTIFICATE_FILE
        for path in filter(None, (self.ca, self.certificate, own if own.exists() else None)):
            try:
                context.load_verify_locations(path)
            except OSError as error:  # SSLError is an OSError
                reason = "it holds no certificate in PEM" if isinstance(error, ssl.SSLError) else error.strerror
                raise click.UsageError(f"cannot read the certificate in {path}: {reason}") from None
        if self.certificate:
            context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
            context.check_hostname = False
        return context


def describe_tls_failure(reason: object) -> str:
    """Return what to do about a failed handshake, for the end of a message; "" for any other failure."""
    name = getattr(reason, "reason", None)
    if name == "CERTIFICATE_VERIFY_FAILED":
        return TRUST_HINT
    return SCHEME_HINT if type(reason).__name__ == "SSLError" else ""
