"""A server that answers every request with what it was told to, and remembers the requests."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Dict, List, NamedTuple, Optional, Tuple


class Request(NamedTuple):
    method: str
    path: str
    headers: Dict[str, str]
    body: Any
    client_port: int


class _Server(ThreadingHTTPServer):
    def __init__(self, *words: Any) -> None:
        self.hung_up = threading.Event()
        super().__init__(*words)

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        self.hung_up.set()


class EchoServer:
    """Answers ``{}`` with status 200 until told otherwise."""

    def __init__(self) -> None:
        self.requests: List[Request] = []
        self.status = 200
        self.answer = b"{}"
        self.headers: Dict[str, str] = {}
        self.delay_seconds = 0.0
        self.hangs_up_unannounced = False
        self._server = _Server(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def calls(self) -> List[Tuple[str, str, Any]]:
        return [(request.method, request.path, request.body) for request in self.requests]

    def reply(self, body: Any, status: int = 200, headers: Optional[Dict[str, str]] = None) -> None:
        self.answer = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.status = status
        self.headers = headers or {}

    def await_hang_up(self) -> None:
        self._server.hung_up.wait(10)

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler_of(server: EchoServer) -> type:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            body = json.loads(content) if content else None
            headers = {name.lower(): value for name, value in self.headers.items()}
            server.requests.append(Request(self.command, self.path, headers, body, self.client_address[1]))
            time.sleep(server.delay_seconds)
            self.send_response(server.status)
            for name, value in server.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(server.answer)))
            self.end_headers()
            self.wfile.write(server.answer)
            self.close_connection = self.close_connection or server.hangs_up_unannounced

        do_GET = do_POST = do_PATCH = do_DELETE = handle_any

        def log_message(self, *words: Any) -> None:
            pass

    return Handler
