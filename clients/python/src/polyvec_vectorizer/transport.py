"""JSON over HTTP/1.1 with the standard library: blocking, and safe to use from several threads."""

from __future__ import annotations

import http.client
import json
import selectors
import socket
import threading
import time
from typing import Any, Dict, List, Optional, Tuple
from urllib.parse import SplitResult, quote, urlsplit

from .errors import VectorizerError

# servers close idle connections, some after five seconds: one that may be on its way out is not used again
_IDLE_SECONDS = 2.0


class Transport:
    """Sends one request at a time per connection, and keeps connections for the next request."""

    def __init__(self, base_url: str, api_key: Optional[str], timeout: float) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"base_url must be an http or https URL: {base_url!r}")
        self._parts: SplitResult = parts
        self._port = parts.port or (443 if parts.scheme == "https" else 80)
        self._prefix = quote(parts.path.rstrip("/"), safe="/%:@!$&'()*+,;=~")
        self._timeout = timeout
        self._headers = {"Accept": "application/json"}
        if api_key is not None:
            self._headers["X-API-Key"] = api_key
        self._idle: List[Tuple[float, http.client.HTTPConnection]] = []
        self._lock = threading.Lock()

    def request(self, method: str, path: str, body: Optional[Dict[str, Any]] = None) -> Any:
        """Returns the answer's JSON, None for an empty answer. Raises VectorizerError for every other end of the exchange."""
        headers = dict(self._headers)
        content: Optional[bytes] = None
        if body is not None:
            content = json.dumps(body, allow_nan=False, separators=(",", ":")).encode()
            headers["Content-Type"] = "application/json"
        try:
            status, reason, answer = self._exchange(method, self._prefix + path, content, headers)
        except (TimeoutError, socket.timeout) as error:
            message = f"{method} {path}: no answer within {self._timeout:g} seconds"
            raise VectorizerError(0, "timeout", message) from error
        except (OSError, http.client.HTTPException) as error:
            message = f"{method} {path}: {error or type(error).__name__}"
            raise VectorizerError(0, "connection_error", message) from error
        if not 200 <= status < 300:
            raise _error_of(status, reason, answer)
        return _parse(status, answer)

    def close(self) -> None:
        """Closes the connections that wait for a request. A later request opens a new one."""
        with self._lock:
            idle, self._idle = self._idle, []
        for _, connection in idle:
            connection.close()

    def _exchange(
        self, method: str, path: str, body: Optional[bytes], headers: Dict[str, str]
    ) -> Tuple[int, str, bytes]:
        connection = self._take()
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            answer = response.read()
        except BaseException:
            connection.close()
            raise
        with self._lock:
            self._idle.append((time.monotonic(), connection))
        return response.status, response.reason, answer

    def _take(self) -> http.client.HTTPConnection:
        """A connection that the server still holds open, or else a new one."""
        while True:
            with self._lock:
                if not self._idle:
                    return self._connect()
                since, connection = self._idle.pop()
            if time.monotonic() - since < _IDLE_SECONDS and _is_quiet(connection):
                return connection
            connection.close()

    def _connect(self) -> http.client.HTTPConnection:
        host = self._parts.hostname or ""
        if self._parts.scheme == "https":
            return http.client.HTTPSConnection(host, self._port, timeout=self._timeout)
        return http.client.HTTPConnection(host, self._port, timeout=self._timeout)


def _is_quiet(connection: http.client.HTTPConnection) -> bool:
    """Whether nothing came since the last answer; what comes then is the server closing the connection."""
    if connection.sock is None:
        return False
    with selectors.DefaultSelector() as selector:
        selector.register(connection.sock, selectors.EVENT_READ)
        return not selector.select(0)


def _parse(status: int, answer: bytes) -> Any:
    if not answer:
        return None
    try:
        return json.loads(answer)
    except ValueError as error:
        message = f"the answer is not JSON: {_excerpt(answer)}"
        raise VectorizerError(status, "invalid_response", message) from error


def _error_of(status: int, reason: str, answer: bytes) -> VectorizerError:
    try:
        body = json.loads(answer)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        return VectorizerError(status, "http_error", _excerpt(answer) or reason)
    error_type = body.get("error_type")
    message = body.get("message")
    details = body.get("details")
    return VectorizerError(
        status,
        error_type if isinstance(error_type, str) else "http_error",
        message if isinstance(message, str) else _excerpt(answer),
        details if isinstance(details, dict) else None,
    )


def _excerpt(answer: bytes) -> str:
    return answer[:500].decode("utf-8", "replace").strip()
