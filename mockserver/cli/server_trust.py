"""Which certificates the commands trust when they call a running server that speaks HTTPS."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:  # `serve` needs neither
    from ssl import SSLContext
    from urllib.request import OpenerDirector

START_HINT = "`mockserver serve` starts one"
TRUST_HINT = "name the file of its certificate authority with --ca"
NAME_HINT = "use a name that its certificate has, such as localhost, or give the server this one with --allowed-host"
TIME_HINT = "renew its certificate: restart the server, or replace the file in --tls-cert"
SCHEME_HINT = "does the server speak HTTP? It needs --tls for HTTPS"
# What to do about OpenSSL's reasons to reject a certificate (X509_V_ERR in x509_vfy.h).
HINT_BY_VERIFY_CODE = {
    **dict.fromkeys((7, 18, 19, 20, 21), TRUST_HINT),  # a wrong signature, self-signed, or an unknown issuer
    **dict.fromkeys((9, 10), TIME_HINT),  # not yet valid, expired
    **dict.fromkeys((62, 64), NAME_HINT),  # another name, another address
}


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

        context = ssl.create_default_context()
        for path in filter(None, (self.ca, self.certificate)):
            _load_certificate(context, path)
        certificate, secret = self._own_files()
        if os.path.exists(certificate):
            _load_certificate(context, certificate)
        if os.path.exists(secret):  # the server reads this one; the other is a copy, which may be missing or old
            try:
                _load_certificate(context, secret)
            except click.UsageError:
                if not os.path.exists(certificate):
                    raise
        if self.certificate:
            context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
            context.check_hostname = False
        return context

    def stamp_authority(self) -> list[tuple[int, int] | None]:
        """Return what changes when a starting server makes its authority: time and size of the files, if they exist."""
        if not self.url.startswith("https:"):
            return []
        return [_stamp_file(path) for path in self._own_files()]

    def _own_files(self) -> tuple[Path, Path]:
        """Return the files of our own authority: its certificate for clients, and the one that also has the key."""
        from ..tls.authority import CERTIFICATE_FILE, SECRET_FILE, default_folder  # noqa: PLC0415 - see above

        folder = self.folder or default_folder()
        return folder / CERTIFICATE_FILE, folder / SECRET_FILE


def describe_tls_failure(reason: object) -> str:
    """Return what to do about a failed handshake, for the end of a message; "" for any other failure."""
    if getattr(reason, "reason", None) == "CERTIFICATE_VERIFY_FAILED":
        return HINT_BY_VERIFY_CODE.get(getattr(reason, "verify_code", 0), "the server needs another certificate")
    return SCHEME_HINT if type(reason).__name__ == "SSLError" else ""


def _load_certificate(context: SSLContext, path: Path) -> None:
    """Trust the certificates in a file; UsageError if it has none."""
    import ssl  # noqa: PLC0415 - see above

    try:
        context.load_verify_locations(path)
    except OSError as error:  # SSLError is an OSError
        reason = "it holds no certificate in PEM" if isinstance(error, ssl.SSLError) else error.strerror
        raise click.UsageError(f"cannot read the certificate in {path}: {reason}") from None


def _stamp_file(path: Path) -> tuple[int, int] | None:
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_mtime_ns, facts.st_size
