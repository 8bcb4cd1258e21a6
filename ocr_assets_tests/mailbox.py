"""Servers that take alerts: a webhook and a mail server, both real and on this machine."""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class Webhook:
    """Keeps what is posted; `status` is what it answers."""

    def __init__(self) -> None:
        self.posted: list[dict[str, Any]] = []
        self.status = 200
        self.url = ""


@contextmanager
def webhook() -> Generator[Webhook]:
    hook = Webhook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.posted.append(json.loads(body))
            self.send_response(hook.status)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: a test's output is its own."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    hook.url = f"http://127.0.0.1:{server.server_port}/hook"
    try:
        yield hook
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)


class Post:
    """Keeps what is mailed, who logged in, and whether it came encrypted."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.logins: list[tuple[bytes, bytes]] = []
        self.encrypted: list[bool] = []
        self.port = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(envelope.content)
        self.encrypted.append(session.ssl is not None)
        return "250 taken"


@contextmanager
def mail_server(certificate: Path | None = None) -> Generator[Post]:
    """A mail server; with a certificate (PEM with its key) it insists on STARTTLS and a login."""
    from aiosmtpd.controller import Controller
    from aiosmtpd.smtp import AuthResult

    post = Post()
    more: dict[str, Any] = {}
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)

        def authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> Any:
            post.logins.append((data.login, data.password))
            return AuthResult(success=data.password == b"secret")

        more = {"tls_context": context, "require_starttls": True, "authenticator": authenticate, "auth_required": True}

    class Server(Controller):
        def _trigger_server(self) -> None:
            # The system has chosen the port only now.
            assert isinstance(self.server, asyncio.Server)
            post.port = self.port = self.server.sockets[0].getsockname()[1]
            super()._trigger_server()

    controller = Server(post, hostname="127.0.0.1", port=0, **more)
    controller.start()
    try:
        yield post
    finally:
        controller.stop()


def certificate(folder: Path) -> Path:
    """A self-signed certificate of `localhost` with its key, in one file."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, none = serialization.Encoding.PEM, serialization.NoEncryption()
    file = folder / "localhost.pem"
    file.write_bytes(
        made.public_bytes(pem) + key.private_bytes(pem, serialization.PrivateFormat.TraditionalOpenSSL, none)
    )
    return file
