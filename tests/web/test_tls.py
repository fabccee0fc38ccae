"""HTTPS: the certificate authority, given certificates, broken responses over TLS, and clients that speak no TLS."""

from __future__ import annotations

import json
import os
import socket
import ssl
import stat
import struct
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import BadStatusLine, HTTPSConnection, IncompleteRead, RemoteDisconnected
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest

from mockserver.app import App, build
from mockserver.settings import Settings
from mockserver.tls import authority
from mockserver.tls.authority import TlsError, default_folder, is_certifiable, open_authority
from mockserver.tls.certificates import CertificateFiles, Certificates, hash_public_key
from mockserver.web import server as web
from mockserver.web.connection_state import TIMEOUTS, ConnectionState
from mockserver.web.server import Server
from tests.support.live_server import TIMEOUT_SECONDS, run_command, start_server, start_server_in_thread
from tests.support.samples import GOLDEN, HAMMER
from tests.support.tls import VENDOR, TlsClient, client_hello, connect, read_all, trust, write_certificate

GET_ITEM = "GET-customer-segment-retrieve-item"
TOKEN = {"Authorization": "Bearer admin-token", "Content-Type": "application/json"}
NUMBERS = count(1)
LARGE = 4 * 1024 * 1024  # bytes; more than sockets hold for a client that does not read


@pytest.fixture(scope="module")
def app() -> App:
    return build(Settings(tls=True))


@pytest.fixture(scope="module")
def server(app: App) -> Iterator[Server]:
    with pytest.MonkeyPatch.context() as patching, start_server_in_thread(app) as server:
        patching.setattr(web, "TIMEOUT_CHECK_SECONDS", 0.01)
        yield server


class HttpsClient:
    """A client of a tenant of its own."""

    def __init__(self, app: App, port: int) -> None:
        self.tenant = f"tls{next(NUMBERS)}"
        self.http = HTTPSConnection("localhost", port, timeout=TIMEOUT_SECONDS, context=trust(app))
        self.item = f"/customer-segment/{self.tenant}/segments/{GOLDEN}/items/PRODUCT/{HAMMER}"

    def send(self, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        self.http.request(method, path, None if body is None else json.dumps(body), TOKEN)
        reply = self.http.getresponse()
        return reply.status, reply.read()


@pytest.fixture
def client(app: App, server: Server) -> Iterator[HttpsClient]:
    client = HttpsClient(app, server.port)
    yield client
    client.http.close()
    healthy = HttpsClient(app, server.port)
    assert healthy.send("GET", "/__admin/health")[0] == 200
    healthy.http.close()


def test_requests_and_large_bodies_pass_unchanged(client: HttpsClient) -> None:
    text = "x" * LARGE
    assert client.send("PUT", client.item, {"mixins": {"a": {"text": text}}})[0] == 204
    status, body = client.send("GET", client.item)
    assert (status, json.loads(body)["mixins"]["a"]["text"]) == (200, text)


def test_the_journal_shows_https(client: HttpsClient) -> None:
    assert client.send("GET", client.item)[0] == 200
    _, body = client.send("GET", f"/__admin/requests?tenant={client.tenant}")
    (entry,) = json.loads(body)["requests"]
    assert entry["request"]["absoluteUrl"] == f"https://localhost:{client.http.port}{client.item}"
    _, script = client.send("GET", f"/__admin/requests/export?tenant={client.tenant}&format=curl")
    assert f'"${{SERVER:=https://localhost:{client.http.port}}}"'.encode() in script


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("EMPTY_RESPONSE", RemoteDisconnected),
        ("RANDOM_DATA_THEN_CLOSE", BadStatusLine),
        ("MALFORMED_RESPONSE_CHUNK", IncompleteRead),
    ],
)
def test_network_faults_break_encrypted_responses(client: HttpsClient, kind: str, error: type[Exception]) -> None:
    rule = {"tenant": client.tenant, "operation": GET_ITEM, "times": 1, "response": {"fault": kind}}
    assert client.send("POST", "/__admin/faults", rule)[0] == 201
    with pytest.raises(error):
        client.send("GET", client.item)
    client.http.close()
    assert client.send("GET", client.item)[0] == 200


def test_a_fault_resets_the_connection(app: App, server: Server, client: HttpsClient) -> None:
    rule = {"tenant": client.tenant, "times": 1, "response": {"fault": "CONNECTION_RESET_BY_PEER"}}
    assert client.send("POST", "/__admin/faults", rule)[0] == 201
    with socket.create_connection(("127.0.0.1", server.port), TIMEOUT_SECONDS) as plain:
        tls = TlsClient(plain, app, "localhost")
        with pytest.raises(ConnectionResetError):
            tls.exchange(request_item(client.tenant))


def test_a_dripped_response_arrives_whole(client: HttpsClient) -> None:
    expected = client.send("GET", client.item)
    drip = {"chunkedDribbleDelay": {"numberOfChunks": 5, "totalDuration": 50}}
    rule = {"tenant": client.tenant, "operation": GET_ITEM, "times": 1, "response": drip}
    assert client.send("POST", "/__admin/faults", rule)[0] == 201
    assert client.send("GET", client.item) == expected


def request_item(tenant: str, connection: str = "close") -> bytes:
    path = f"/customer-segment/{tenant}/segments/{GOLDEN}/items/PRODUCT/{HAMMER}"
    head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer admin-token\r\nConnection: {connection}"
    return f"{head}\r\n\r\n".encode()


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_bytes_may_arrive_in_any_pieces(app: App, server: Server, size: int) -> None:
    """The client's records are cut anywhere, also within the handshake."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = trust(app).wrap_bio(incoming, outgoing, server_hostname="localhost")
    steps: list[Callable[[], Any]] = [client.do_handshake, lambda: client.write(request_item("acme")), client.read]
    received = b""
    with socket.create_connection(("127.0.0.1", server.port), TIMEOUT_SECONDS) as plain:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while steps:
            try:
                result = steps[0]()
                received += result if isinstance(result, bytes) else b""
                steps.pop(0)
                waits = False
            except ssl.SSLWantReadError:
                waits = True
            sent = outgoing.read()
            for start in range(0, len(sent), size):
                plain.sendall(sent[start : start + size])
            if waits:
                incoming.write(plain.recv(65536))
    assert received.startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize("is_held", [False, True])
def test_a_client_that_says_goodbye_with_its_request_is_answered(
    app: App, server: Server, client: HttpsClient, is_held: bool
) -> None:
    if is_held:  # it is answered later, in a thread
        rule = {"tenant": client.tenant, "response": {"fixedDelayMilliseconds": 20}}
        assert client.send("POST", "/__admin/faults", rule)[0] == 201
    with socket.create_connection(("127.0.0.1", server.port), TIMEOUT_SECONDS) as plain:
        ending = TlsClient(plain, app, "localhost")
        ending.send_with_goodbye(request_item(client.tenant, "keep-alive"))
        assert ending.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")
    if is_held:
        assert client.send("DELETE", "/__admin/faults")[0] == 200


@pytest.mark.parametrize("connection", ["close", "keep-alive"])
def test_a_client_that_reads_late_gets_everything(app: App, server: Server, connection: str) -> None:
    writer = HttpsClient(app, server.port)
    assert writer.send("PUT", writer.item, {"mixins": {"a": {"text": "x" * LARGE}}})[0] == 204
    with connect(server.port, app) as client:
        last = b"" if connection == "close" else request_item("acme")
        client.sendall(request_item(writer.tenant, connection) + last)
        for _ in range(20):  # the server meanwhile answers others
            assert writer.send("GET", "/__admin/health")[0] == 200
        assert len(read_all(client)) > LARGE
    writer.http.close()


def test_a_silent_client_is_closed(app: App, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time for the handshake is limited, too."""
    silent = socket.create_connection(("127.0.0.1", server.port), TIMEOUT_SECONDS)
    with silent, connect(server.port, app) as idle:
        silent.sendall(HELLO[:20])
        idle.sendall(request_item("acme", "keep-alive"))
        assert idle.recv(65536)
        monkeypatch.setitem(TIMEOUTS, ConnectionState.IDLE, TIMEOUTS[ConnectionState.IDLE]._replace(seconds=0))
        assert silent.recv(65536) == b""
        assert idle.recv(65536) == b""
    monkeypatch.undo()
    while server.connections:
        with socket.create_connection(("127.0.0.1", server.port), TIMEOUT_SECONDS) as other:
            other.sendall(b"x")
            assert read_all(other)


HELLO = client_hello()
GARBAGE = {
    "a record without a handshake": b"\x16\x03\x01\x00\x05hello",
    "a record longer than allowed": b"\x16\x03\x01\xff\xff" + b"\x00" * 70000,
    "a hello and then something else": HELLO + b"GET / HTTP/1.1\r\n\r\n",
    "half a hello": HELLO[: len(HELLO) // 2],
    "one byte": b"\x16",
    "an empty record": b"\x16\x03\x01\x00\x00",
    "records of another version": b"\x16\x09\x09" + HELLO[3:],
    "two hellos": HELLO + HELLO,
}


@pytest.mark.parametrize("sent", GARBAGE.values(), ids=GARBAGE)
def test_garbage_in_a_handshake_ends_the_connection(client: HttpsClient, server: Server, sent: bytes) -> None:
    end_handshake(server, sent)


@pytest.mark.parametrize("seed", range(40))
def test_changed_handshakes_end_the_connection(server: Server, seed: int) -> None:
    random, hello = Random(seed), bytearray(HELLO)
    for _ in range(random.randint(1, 8)):
        hello[random.randrange(1, len(hello))] = random.randrange(256)
    end_handshake(server, bytes(hello))


def end_handshake(server: Server, sent: bytes) -> None:
    """Send bytes and end; the server closes too, and has sent nothing but TLS records."""
    with socket.create_connection(("127.0.0.1", server.port), TIMEOUT_SECONDS) as plain:
        try:
            plain.sendall(sent)
            plain.shutdown(socket.SHUT_WR)
            received = read_all(plain)
        except OSError:  # the server has closed while bytes were on their way
            received = b""
    assert received[:1] in {b"", b"\x15", b"\x16"}  # an alert, or a handshake


@pytest.mark.parametrize(
    "sent", [b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"\x80.\x01\x03\x01", b"\n", b"x" * 100_000]
)
def test_plain_text_on_the_port_for_https_is_told_what_to_do(client: HttpsClient, server: Server, sent: bytes) -> None:
    with socket.create_connection(("127.0.0.1", server.port), TIMEOUT_SECONDS) as plain:
        plain.sendall(sent)
        received = plain.recv(65536)
    assert received.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"This port speaks HTTPS only; use a URL that starts with https://." in received


def test_a_client_that_resets_in_the_handshake_does_no_harm(client: HttpsClient, server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), TIMEOUT_SECONDS) as plain:
        plain.sendall(HELLO)
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


# the authority


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "::1", VENDOR])
def test_the_certificate_is_for_loopback_names_and_the_vendors_host(app: App, server: Server, name: str) -> None:
    with connect(server.port, app, name) as client:
        assert client.version() in {"TLSv1.3", "TLSv1.2"}


def test_the_certificate_is_for_no_other_name_unless_it_is_allowed(app: App, server: Server, tmp_path: Path) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        connect(server.port, app, "example.com")
    hosts = ("example.com", "shop:80", ":x")
    named = build(Settings(tls=True, tls_folder=tmp_path, allowed_host=hosts, host="127.8.8.8"))
    with start_server_in_thread(named) as other:
        for name in ("example.com", "127.8.8.8"):
            connect(other.port, named, name).close()


@pytest.mark.parametrize("name", ["my_mock", "x..y", "-x", "x" * 64, ".".join(["x" * 60] * 5), "x.", "fe80::1%lo"])
def test_names_that_no_certificate_can_have_are_left_out(tmp_path: Path, name: str) -> None:
    names = ("shop.test", name)
    certificates = build(Settings(tls=True, tls_folder=tmp_path, allowed_host=names)).certificates
    assert not is_certifiable(name)
    assert certificates.identify().authority


def test_a_name_that_cannot_be_issued_is_a_declared_status(tmp_path: Path) -> None:
    app = build(Settings(tls_folder=tmp_path, allowed_host=("xn--a",)))
    reply = app.flask.test_client().get("/__admin/certs/ca.crt")
    assert reply.status_code == 404
    assert "cannot issue a certificate for " in reply.text


def test_the_authoritys_file_has_its_certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder that may only be read, with an old certificate or none."""
    certificate = open_authority(tmp_path).certificate
    monkeypatch.setattr(authority, "_replace_content", refuse_to_write)
    assert open_authority(tmp_path).path == tmp_path / "ca.crt"
    (tmp_path / "ca.crt").write_text("old")
    assert open_authority(tmp_path).path == tmp_path / "authority.pem"
    (tmp_path / "ca.crt").unlink()
    assert open_authority(tmp_path).path == tmp_path / "authority.pem"
    assert ssl.create_default_context(cafile=tmp_path / "authority.pem").get_ca_certs()
    assert open_authority(tmp_path).certificate == certificate


def refuse_to_write(*_: Any) -> None:
    raise PermissionError


def test_an_authority_is_made_once(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(open_authority, [folder] * 8))
    assert len({one.certificate for one in made}) == 1
    assert sorted(path.name for path in folder.iterdir()) == ["authority.pem", "ca.crt"]
    assert made[0].path.read_bytes() == made[0].certificate
    assert stat.S_IMODE((folder / "authority.pem").stat().st_mode) == 0o600
    assert b"PRIVATE" not in made[0].certificate
    (folder / "ca.crt").write_text("changed")
    assert open_authority(folder).path.read_bytes() == made[0].certificate
    first, second = (Certificates(CertificateFiles(folder=folder)).identify() for _ in range(2))
    assert first.spki == second.spki == hash_public_key(made[0].certificate.decode())


@pytest.mark.parametrize(
    ("platform", "variables", "folder"),
    [
        ("linux", {"HOME": "/home/a"}, "/home/a/.local/share/emporix-mockserver"),
        ("linux", {"HOME": "/home/a", "XDG_DATA_HOME": "/data"}, "/data/emporix-mockserver"),
        ("darwin", {"HOME": "/Users/a"}, "/Users/a/Library/Application Support/emporix-mockserver"),
        ("win32", {"LOCALAPPDATA": "/c/local"}, "/c/local/emporix-mockserver"),
    ],
)
def test_the_folder_is_where_systems_keep_data(
    monkeypatch: pytest.MonkeyPatch, platform: str, variables: dict[str, str], folder: str
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    for name in ("XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert default_folder() == Path(folder)


def test_the_ready_line_names_the_authority_and_the_hash_of_its_key(tmp_path: Path) -> None:
    with start_server("--tls", MOCKSERVER_TLS_FOLDER=str(tmp_path)) as (_, ready):
        assert ready["url"].startswith("https://127.0.0.1:")
        path = Path(ready["tls"]["authority"])
        assert path == tmp_path / "ca.crt"
        assert ready["tls"]["spki"] == hash_public_key(path.read_text())
        port = int(ready["url"].rpartition(":")[2])
        http = HTTPSConnection("localhost", port, context=ssl.create_default_context(cafile=path))
        http.request("GET", "/__admin/certs/ca.crt")
        reply = http.getresponse()
        assert (reply.status, reply.headers["content-type"]) == (200, "application/x-x509-ca-cert")
        assert reply.read() == path.read_bytes()
        http.close()


# given certificates


def test_a_given_certificate_is_shown(tmp_path: Path) -> None:
    certificate, key, issuer = write_certificate(tmp_path)
    given = build(Settings(tls_cert=certificate, tls_key=key))
    context = ssl.create_default_context(cadata=issuer.cert_pem.bytes().decode())
    with start_server_in_thread(given) as server:
        assert server.url.startswith("https://")
        http = HTTPSConnection("localhost", server.port, timeout=TIMEOUT_SECONDS, context=context)
        http.request("GET", "/__admin/certs/ca.crt")
        reply = http.getresponse()
        assert reply.status == 404
        assert "trust the authority that issued this certificate" in json.loads(reply.read())["message"]
        http.close()
    assert given.certificates.identify().spki == hash_public_key(certificate.read_text())


def test_the_hash_is_what_openssl_computes() -> None:
    """It was computed by `openssl x509 -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256`."""
    assert hash_public_key(KNOWN_CERTIFICATE) == KNOWN_HASH


KNOWN_CERTIFICATE = """-----BEGIN CERTIFICATE-----
MIIBdjCCAR2gAwIBAgIUaCTbawKNVKdKTpXWemn9YvOuTXQwCgYIKoZIzj0EAwIw
EDEOMAwGA1UEAwwFa25vd24wIBcNMjYxMTI2MTYwNTEzWhgPMjEyNjExMDIxNjA1
MTNaMBAxDjAMBgNVBAMMBWtub3duMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
6zLGWNWgbAdxjHVnoBLnoMs/2ZLmskysvFafExLVQtEAyxId9cl1quGTqizxfhuu
rkBtxrDIpIceRM7Oq6PP66NTMFEwHQYDVR0OBBYEFDDVasEsJoDuUSOYQgjKjNdQ
wYRmMB8GA1UdIwQYMBaAFDDVasEsJoDuUSOYQgjKjNdQwYRmMA8GA1UdEwEB/wQF
MAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIgDo58caF8Lsr5jRH7TmbbEFi/kT9BgjaM
8q1h+3mYnzcCIFqYTnsnbe5NsplwoDB97iEK525hHGlfQOn1JFJ6r3NT
-----END CERTIFICATE-----
"""
KNOWN_HASH = "kjpJNlU7Tfe2PE9ZmcTmBmNPgoJE4v+FSDCNM2KDDWc="

# bad input


def encrypted(folder: Path) -> list[str]:
    certificate, key, _ = write_certificate(folder)
    key.write_text("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n")
    return ["--tls-cert", str(certificate), "--tls-key", str(key)]


def mixed(folder: Path) -> list[str]:
    return ["--tls-cert", str(write_certificate(folder)[0]), "--tls-key", str(write_certificate(folder, "b.test")[1])]


def written(certificate: str | None, key: str | None) -> Callable[[Path], list[str]]:
    def write(folder: Path) -> list[str]:
        paths = write_certificate(folder)[:2]
        for path, text in zip(paths, (certificate, key), strict=True):
            if text is not None:
                path.write_text(text)
        return ["--tls-cert", str(paths[0]), "--tls-key", str(paths[1])]

    return write


def broken_authority(folder: Path) -> list[str]:
    (folder / "authority.pem").write_text("nothing")
    return ["--tls", "--tls-folder", str(folder)]


def mixed_authority(folder: Path) -> list[str]:
    open_authority(folder)
    other = open_authority(folder / "other")
    key = (folder / "other" / "authority.pem").read_bytes().partition(b"-----BEGIN CERTIFICATE-----")[0]
    (folder / "authority.pem").write_bytes(key + open_authority(folder).certificate)
    assert other.certificate not in (folder / "authority.pem").read_bytes()
    return ["--tls", "--tls-folder", str(folder)]


def file_as_folder(folder: Path) -> list[str]:
    (folder / "file").write_text("")
    return ["--tls", "--tls-folder", str(folder / "file")]


BROKEN_KEY = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
BROKEN_PEM = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
UNUSABLE: dict[str, tuple[Callable[[Path], list[str]], str]] = {
    "no certificate file": (
        lambda folder: ["--tls-cert", str(folder / "a"), "--tls-key", str(folder / "b")],
        "cannot read --tls-cert {folder}/a: No such file or directory",
    ),
    "a folder": (
        lambda folder: ["--tls-cert", str(folder), "--tls-key", str(folder)],
        "cannot read --tls-cert {folder}: Is a directory",
    ),
    "no key": (
        lambda folder: ["--tls-cert", str(write_certificate(folder)[0])],
        "--tls-cert and --tls-key belong together; give both, or only --tls",
    ),
    "no certificate": (
        lambda _: ["--tls-key", "b"],
        "--tls-cert and --tls-key belong together; give both, or only --tls",
    ),
    "another text": (written("text", None), "--tls-cert {folder}/shop.test.crt holds no certificate in PEM"),
    "a broken certificate": (
        written(BROKEN_PEM, None),
        "--tls-cert {folder}/shop.test.crt holds no usable certificate: ",
    ),
    "a broken key": (written(None, BROKEN_KEY), "--tls-key {folder}/shop.test.key holds no usable private key: "),
    "an empty key": (written(None, ""), "--tls-key {folder}/shop.test.key holds no private key in PEM"),
    "a key with a password": (
        encrypted,
        "the key in --tls-key {folder}/shop.test.key has a password; remove it: ",
    ),
    "the key of another certificate": (
        mixed,
        "the key in --tls-key {folder}/b.test.key does not belong to the certificate in --tls-cert {folder}/shop.test",
    ),
    "a broken authority": (
        broken_authority,
        "{folder}/authority.pem holds no usable certificate authority; delete it to get a new one",
    ),
    "an authority with another key": (
        mixed_authority,
        "the key in {folder}/authority.pem does not belong to the certificate there",
    ),
    "a name that means nothing": (
        lambda folder: ["--tls", "--tls-folder", str(folder), "--allowed-host", "xn--a"],
        "cannot issue a certificate for localhost, 127.0.0.1, ::1, api.emporix.io, xn--a: ",
    ),
    "a file as folder": (file_as_folder, "cannot keep a certificate authority in {folder}/file: "),
}


@pytest.mark.parametrize(("write", "message"), UNUSABLE.values(), ids=UNUSABLE)
def test_an_unusable_certificate_is_one_line_and_exit_code_2(
    tmp_path: Path, write: Callable[[Path], list[str]], message: str
) -> None:
    done = run_command("serve", "--port", "0", *write(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"mockserver: {message.format(folder=tmp_path)}")
    assert done.stderr.count("\n") == 1


def test_an_occupied_port_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run_command("serve", "--tls", "--tls-folder", str(tmp_path), "--port", port)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"mockserver: cannot listen on localhost:{port}: Address already in use")
    assert done.stderr.endswith("; choose another with --host and --port\n")
    assert done.stderr.count("\n") == 1


def test_a_missing_library_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "trustme.py").write_text("raise ImportError")
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    done = run_command("serve", "--tls", "--port", "0", variables={"PYTHONPATH": path})
    assert done.returncode == 2
    assert 'pip install "emporix-mockserver[tls]"' in done.stderr
    certificate, key, _ = write_certificate(tmp_path)
    with start_server("--tls-cert", str(certificate), "--tls-key", str(key), PYTHONPATH=path) as (_, ready):
        assert ready["url"].startswith("https://")


def test_given_files_are_both_needed(tmp_path: Path) -> None:
    with pytest.raises(TlsError, match="belong together"):
        Certificates(CertificateFiles(certificate=tmp_path / "a")).identify()
