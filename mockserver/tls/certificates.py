"""The certificate of a server: given as files, or issued by our own authority when it is first needed."""

from __future__ import annotations

import ssl
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path
from threading import Lock

from .authority import Authority, TlsError, default_folder, open_authority

VENDOR_HOST = "api.emporix.io"  # the host of the vendor's API, which clients have built in
OWN_NAMES = ("localhost", "127.0.0.1", "::1", VENDOR_HOST)
CERTIFICATE_LABEL = "-----BEGIN CERTIFICATE-----"
VERSION_TAG = 0xA0  # of the optional first element of a certificate's content
LONG_LENGTH = 0x80  # a length byte above it counts the bytes of the length that follow


@dataclass(frozen=True, slots=True)
class Identity:
    """The certificate that a server shows.

    spki: hash of a public key in its chain, as Chromium's --ignore-certificate-errors-spki-list takes it: of the given
        certificate, or of our authority, which stays the same at every start.
    authority: who issued it; None for a given one.
    """

    context: ssl.SSLContext
    spki: str
    authority: Authority | None = None


@dataclass(frozen=True, slots=True)
class CertificateFiles:
    """Where the certificate of a server comes from.

    certificate, key: given files in PEM; both or none. folder: of our own authority; None for the default.
    names: further names and addresses of the server.
    """

    certificate: Path | None = None
    key: Path | None = None
    folder: Path | None = None
    names: Sequence[str] = ()


class Certificates:
    """The certificate of one server, loaded when it is first needed."""

    def __init__(self, files: CertificateFiles = CertificateFiles()) -> None:
        self._files = files
        self._lock = Lock()
        self._identity: Identity | None = None

    def identify(self) -> Identity:
        """Return the certificate; TlsError if it cannot be read or made."""
        with self._lock:
            if self._identity is None:
                self._identity = self._load_given() if self._files.certificate else self._issue()
            return self._identity

    def has_name(self, host: str) -> bool:
        """Whether a name or address, in lower case, is one of this server."""
        return host in OWN_NAMES or host in {name.lower() for name in self._files.names}

    def read_authority(self) -> Authority:
        """Return our own authority; TlsError if the certificate was given or cannot be made."""
        authority = self.identify().authority
        if authority is None:
            raise TlsError("the server was started with --tls-cert; trust the authority that issued this certificate")
        return authority

    def _issue(self) -> Identity:
        authority = open_authority(self._files.folder or default_folder())
        from trustme import Blob  # noqa: PLC0415 - the authority has imported it

        chain = authority.issue_chain(dict.fromkeys((*OWN_NAMES, *self._files.names)))
        with Blob(chain).tempfile() as path:  # the standard library reads certificates from files only
            context = _create_context(path, path)
        return Identity(context, hash_public_key(authority.certificate.decode()), authority)

    def _load_given(self) -> Identity:
        certificate, key = self._files.certificate, self._files.key
        if certificate is None or key is None:
            raise TlsError("--tls-cert and --tls-key belong together; give both")
        text = _read_pem(certificate, "--tls-cert")
        if CERTIFICATE_LABEL not in text:
            raise TlsError(f"--tls-cert {certificate} holds no certificate in PEM (-----BEGIN CERTIFICATE-----)")
        _check_key(key, _read_pem(key, "--tls-key"))
        try:
            return Identity(_create_context(certificate, key), hash_public_key(text))
        except ssl.SSLError as error:
            if error.reason == "KEY_VALUES_MISMATCH":
                reason = f"the key in --tls-key {key} does not belong to the certificate in --tls-cert {certificate}"
            elif _is_certificate(certificate):
                reason = f"--tls-key {key} holds no usable private key: {error.reason or error}"
            else:
                reason = f"--tls-cert {certificate} holds no usable certificate: {error.reason or error}"
            raise TlsError(reason) from None
        except (ValueError, IndexError):
            raise TlsError(f"--tls-cert {certificate} holds no valid certificate") from None


def hash_public_key(pem: str) -> str:
    """Return the SHA-256 of the public key (SubjectPublicKeyInfo) of the first certificate, in Base64.

    ValueError or IndexError if it is no certificate.
    """
    start, end = pem.index(CERTIFICATE_LABEL), pem.index("-----END CERTIFICATE-----")
    certificate = next(_split_der(ssl.PEM_cert_to_DER_cert(pem[start:end] + "-----END CERTIFICATE-----")))
    content = next(_split_der(_der_content(certificate)))
    elements = list(islice(_split_der(_der_content(content)), 7))
    key = elements[6] if elements[0][0] == VERSION_TAG else elements[5]  # RFC 5280, 4.1
    return b64encode(sha256(key).digest()).decode()


def _split_der(der: bytes) -> Iterator[bytes]:
    """Yield the elements of DER, each with its tag and length."""
    while der:
        size = _header_size(der) + _content_size(der)
        yield der[:size]
        der = der[size:]


def _der_content(element: bytes) -> bytes:
    return element[_header_size(element) :]


def _header_size(element: bytes) -> int:
    return 2 + (element[1] - LONG_LENGTH if element[1] > LONG_LENGTH else 0)


def _content_size(element: bytes) -> int:
    return int.from_bytes(element[2 : _header_size(element)], "big") if element[1] > LONG_LENGTH else element[1]


def _create_context(certificate: Path | str, key: Path | str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.set_alpn_protocols(["http/1.1"])
    return context


def _is_certificate(path: Path) -> bool:
    """Whether OpenSSL can read the certificates in a file."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except ssl.SSLError:
        return False
    return True


def _read_pem(path: Path, flag: str) -> str:
    try:
        return path.read_text("latin-1")
    except OSError as error:
        raise TlsError(f"cannot read {flag} {path}: {error.strerror or error}") from None


def _check_key(path: Path, text: str) -> None:
    """Raise TlsError for a file without a private key, or with an encrypted one: OpenSSL would ask for the password."""
    if "PRIVATE KEY-----" not in text:
        raise TlsError(f"--tls-key {path} holds no private key in PEM (-----BEGIN PRIVATE KEY-----)")
    if "ENCRYPTED" in text:
        raise TlsError(f"the key in --tls-key {path} has a password; remove it: openssl pkey -in {path} -out plain.key")
