"""A certificate authority for this user's simulators: made once with trustme, kept in a folder, read after that."""

from __future__ import annotations

import os
import re
import ssl
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # imported only when a certificate is needed; most servers need none
    from trustme import CA

APPLICATION = "emporix-mockserver"
SECRET_FILE = "authority.pem"  # noqa: S105 - a file name; key and certificate in one file, so that no reader gets half
CERTIFICATE_FILE = "ca.crt"
# What a certificate can name, besides addresses: labels of letters, digits and hyphens (RFC 5280, 4.2.1.6).
LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
CERTIFIABLE_NAME = re.compile(rf"(?=.{{1,253}}$){LABEL}(?:\.{LABEL})*", re.ASCII | re.IGNORECASE)
LEAF_DAYS = 397  # browsers accept no more
MISSING_LIBRARY = (
    'certificates need a library that is not installed: run `make dev`, or pip install "emporix-mockserver[tls]", '
    "or bring a certificate with --tls-cert and --tls-key"
)


class TlsError(Exception):
    """A certificate cannot be had; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate authority.

    path: the file with its certificate, for clients.
    certificate: the certificate in PEM.
    """

    path: Path
    certificate: bytes
    _ca: CA

    def issue_chain(self, names: Iterable[str]) -> bytes:
        """Return key, certificate for these names and addresses, and the certificate of the authority, in PEM.

        The key is new each time and is kept nowhere. Names that a certificate cannot have are left out. TlsError if
        the library refuses another one.
        """
        now = datetime.now(UTC)
        usable_names = [name for name in names if is_certifiable(name)]
        try:
            leaf = self._ca.issue_cert(
                *usable_names, not_before=now - timedelta(days=1), not_after=now + timedelta(days=LEAF_DAYS - 1)
            )
        except Exception as error:  # of idna, for example, for a name that begins with xn-- and means nothing
            listed = ", ".join(usable_names)
            raise TlsError(
                f"cannot issue a certificate for {listed}: {error}; check --host and --allowed-host"
            ) from None
        return leaf.private_key_and_cert_chain_pem.bytes() + self.certificate


def default_folder() -> Path:
    """Return the folder for data of this application, where the user's system keeps such folders."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or "~/AppData/Local"
    elif sys.platform == "darwin":
        base = "~/Library/Application Support"
    else:
        base = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(os.path.expanduser(base)) / APPLICATION


def is_certifiable(name: str) -> bool:
    """Whether a certificate can have this name or address; some names that Docker allows it cannot."""
    try:
        ip_address(name)
    except ValueError:
        return CERTIFIABLE_NAME.fullmatch(name) is not None
    return "%" not in name  # the zone of an address means something on one machine only


def open_authority(folder: Path) -> Authority:
    """Return the authority in a folder, made now if it is missing; TlsError if that is impossible.

    Several servers may start at once: the first one that has written the file wins, and the others read it.
    """
    try:
        from trustme import CA  # noqa: PLC0415 - see above
    except ImportError:
        raise TlsError(MISSING_LIBRARY) from None
    secret, path = folder / SECRET_FILE, folder / CERTIFICATE_FILE
    try:
        if not secret.exists():
            _write_once(secret, _make_authority(CA))
        text = secret.read_bytes()
    except OSError as error:
        reason = error.strerror or error
        raise TlsError(
            f"cannot keep a certificate authority in {folder}: {reason}; choose another folder with --tls-folder"
        ) from None
    start = text.find(b"-----BEGIN CERTIFICATE-----")
    certificate = text[start:] if start >= 0 else b""
    try:
        ca = CA.from_pem(certificate, text)
        ca.issue_cert("localhost")
    except Exception:
        raise TlsError(f"{secret} holds no usable certificate authority; delete it to get a new one") from None
    _check_pair(secret)
    with suppress(OSError):  # a folder that may only be read
        if _read_if_present(path) != certificate:
            _replace_content(path, certificate)
    return Authority(path if _read_if_present(path) == certificate else secret, certificate, ca)


def _check_pair(secret: Path) -> None:
    """TlsError if key and certificate do not belong together; clients would reject what such an authority issues."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(secret)
    except ssl.SSLError as error:
        raise TlsError(
            f"the key in {secret} does not belong to the certificate there ({error.reason or error}); "
            "delete it to get a new authority"
        ) from None


def _read_if_present(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _write_temporary(folder: Path, content: bytes) -> Path:
    """Write a file with a new name, which only its owner can read."""
    from tempfile import NamedTemporaryFile  # noqa: PLC0415 - most servers write no certificates

    with NamedTemporaryFile(dir=folder, delete=False) as temporary:
        temporary.write(content)
    return Path(temporary.name)


def _replace_content(path: Path, content: bytes) -> None:
    """Write a file for clients as a whole, so that none reads half of it."""
    temporary = _write_temporary(path.parent, content)
    temporary.chmod(0o644)
    temporary.replace(path)


def _make_authority(authority_type: type[CA]) -> bytes:
    """Return key and certificate of a new authority, which signs certificates of servers but no other authority."""
    ca = authority_type(path_length=0, organization_name=APPLICATION, organization_unit_name="for tests")
    return ca.private_key_pem.bytes() + ca.cert_pem.bytes()


def _write_once(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, as a whole, unless it exists meanwhile."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = _write_temporary(path.parent, content)
    try:
        with suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        temporary.unlink()
