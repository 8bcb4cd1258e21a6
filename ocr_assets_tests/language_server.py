"""A small OpenAI-compatible server for the tests: it answers by regular expressions, and misbehaves on request.

    python -m ocr_assets_tests.language_server [--latency SECONDS]        prints its port

It misbehaves for a document whose text holds `FAULT-<name>`, and for every request where the model is called
`<name>`; `<name>-once` misbehaves the first time a text is seen. The names are the keys of `FAULTS`.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.request import urlopen

KEY = "sk-test-0123456789"
FAULTS = {
    "429": (429, {"Retry-After": "0.3"}, '{"error": {"message": "slow down"}}'),
    "500": (500, {}, '{"error": {"message": "internal error"}}'),
    "401": (401, {}, '{"error": {"message": "wrong key ' + KEY + '"}}'),
    "404": (404, {}, '{"error": {"message": "no such model"}}'),
    "quota": (429, {}, '{"error": {"code": "insufficient_quota"}}'),
    "400": (400, {}, '{"error": {"message": "too many tokens"}}'),
    "garbage": (200, {}, "<html>It works!</html>"),
    "prose": "I am afraid I cannot do that.",
    "foreign": '{"colour": "blue"}',
    "truncated": '{"seller": "Acme To',
    "slow": None,
    "cut": None,
}
LOOKS = {
    "invoice_number": r"Invoice Number:\s*(\S+)",
    "issue_date": r"Invoice Date:\s*(\S+)",
    "due_date": r"Due Date:\s*(\S+)",
    "seller": r"^(.*(?:Inc\.|Ltd\.?))\s*$",
    "buyer": r"Bill To:\s*\n.*?\s{2,}(.+)$|Buyer (\S+)",
    "seller_tax_id": r"VAT (\S+)",
    "iban": r"IBAN:?\s*([A-Z0-9 ]+)",
    "currency": r"([$€])",
    "net_total": r"Subtotal\s*\$?(\S+)",
    "tax_total": r"Tax.*?\$(\S+)",
    "gross_total": r"Total\s*\$?(\S+)$",
}


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, latency: float) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.latency = latency
        self.seen: Counter[str] = Counter()
        self.requests: list[dict[str, Any]] = []
        self.under_way = self.most_under_way = 0
        self.lock = threading.Lock()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server  # ty: ignore[incompatible-mutable-override]

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        """What was asked so far: the requests' bodies, and how many were under way at a time."""
        with self.server.lock:
            found = {"requests": self.server.requests, "most_under_way": self.server.most_under_way}
            self.server.requests, self.server.most_under_way = [], 0
        self._send(200, {}, json.dumps(found))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        text = body["messages"][-1]["content"]
        with self.server.lock:
            self.server.requests.append(body | {"authorization": self.headers.get("Authorization", "")})
            self.server.under_way += 1
            self.server.most_under_way = max(self.server.most_under_way, self.server.under_way)
            self.server.seen[text] += 1
            first = self.server.seen[text] == 1
        try:
            time.sleep(self.server.latency)
            self._answer(body, text, first)
        finally:
            with self.server.lock:
                self.server.under_way -= 1

    def _answer(self, body: dict[str, Any], text: str, first: bool) -> None:
        form = body.get("response_format", {}).get("type", "plain")
        if (form, body["model"]) in (("json_schema", "no-schema"), ("json_schema", "plain"), ("json_object", "plain")):
            return self._send(400, {}, json.dumps({"error": {"message": f"response_format {form} is not supported"}}))
        if body["model"] == "modern" and ("max_tokens" in body or "temperature" in body):
            wrong = "use max_completion_tokens" if "max_tokens" in body else "temperature is fixed"
            return self._send(400, {}, json.dumps({"error": {"message": wrong}}))
        marked = re.search(r"FAULT-([\w-]+)", text)
        name = marked[1] if marked else body["model"]
        if name.endswith("-once"):
            name = name.removesuffix("-once") if first else ""
        if name == "slow":
            time.sleep(3)
        elif name == "cut":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{")
            self.close_connection = True
            return None
        fault = FAULTS.get(name)
        if isinstance(fault, tuple):
            return self._send(*fault)
        content = fault or json.dumps(answer(text, invented=name == "liar"))
        reply = {
            "model": f"{body['model']}-2026",
            "choices": [
                {"message": {"content": content}, "finish_reason": "length" if name == "truncated" else "stop"}
            ],
            "usage": {"prompt_tokens": len(str(body["messages"])) // 4, "completion_tokens": len(content) // 4},
        }
        return self._send(200, {}, json.dumps(reply))

    def _send(self, status: int, headers: dict[str, str], content: str) -> None:
        data = content.encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)


def answer(prompt: str, invented: bool) -> dict[str, Any]:
    """The fields a prompt asks for, as they stand in its text; `invented` ones do not."""
    if '{"ready"' in prompt:
        return {"ready": "yes"}
    asked, _, text = prompt.partition("\n\n<")
    names = re.findall(r"^- (\w+):", asked, re.MULTILINE)
    text = text.replace("\t", "   ")
    found: dict[str, Any] = {"injected": "not asked for"}
    for name in names:
        match = re.search(LOOKS.get(name, r"(?!)"), text, re.MULTILINE)
        found[name] = next(filter(None, match.groups()), None) if match else None
        if invented:
            found[name] = "Nobody & Sons Limited"
    return found


class Running:
    """A server process: its base URL, and what it was asked since it was last looked at."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process = process
        self.url = f"http://127.0.0.1:{port}/v1"

    def asked(self) -> dict[str, Any]:
        with urlopen(self.url) as reply:
            return json.load(reply)


@contextmanager
def serving(latency: float = 0.0) -> Generator[Running]:
    """A server in a process of its own, on a free port of this machine."""
    command = [sys.executable, "-m", __name__, "--latency", str(latency)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield Running(process, int(process.stdout.readline()))
        finally:
            process.kill()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--latency", type=float, default=0.0)
    server = Server(parser.parse_args().latency)
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
