"""The one error that the client raises for a call that the server did not carry out."""

from __future__ import annotations

from typing import Any, Dict, Optional


class VectorizerError(Exception):
    """A call that failed.

    Attributes:
        status: the HTTP status, or 0 when no answer came or nothing was sent.
        error_type: the server's code, such as ``vector_not_found``. The client's own are ``invalid_request`` (nothing
            was sent), ``connection_error``, ``timeout``, ``invalid_response``, ``partial_failure`` and, for an error
            answer without a code, ``http_error``.
        message: what went wrong, for people.
        details: what the server tells beyond that; empty when it tells nothing.
    """

    def __init__(
        self,
        status: int,
        error_type: str,
        message: str,
        details: Optional[Dict[str, Any]] = None,
    ) -> None:
        self.status = status
        self.error_type = error_type
        self.message = message
        self.details: Dict[str, Any] = {} if details is None else details
        # all of them, so that the error survives pickling
        super().__init__(status, error_type, message, self.details)

    def __str__(self) -> str:
        return f"{self.message} ({self.error_type}, status {self.status})"
