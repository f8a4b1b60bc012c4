"""The client: one method for each call, each one request."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any, Dict, Iterable, List, Optional, Sequence, Type
from urllib.parse import quote

from .errors import VectorizerError
from .transport import Transport


class VectorizerClient:
    """Talks to one server.

    Requests run in threads, so any number of calls may be awaited at the same time. Every method raises VectorizerError
    when the server refuses the call or cannot be reached.

    Args:
        base_url: the server's root; it may have a path.
        api_key: sent as ``X-API-Key`` when given.
        timeout: seconds that a request waits for the server to take or to send more.
    """

    def __init__(
        self,
        base_url: str = "http://localhost:15002",
        api_key: Optional[str] = None,
        timeout: float = 30,
    ) -> None:
        self._transport = Transport(base_url, api_key, timeout)

    async def __aenter__(self) -> VectorizerClient:
        return self

    async def __aexit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes the connections that wait for a request. The client can still be used: it opens new ones."""
        self._transport.close()

    async def delete_vector(self, collection: str, vector_id: str) -> None:
        """Deletes one vector. A vector that is not there is an error with status 404."""
        await self._request("DELETE", _vector_path(collection, vector_id))

    async def batch_delete(self, collection: str, ids: Iterable[str]) -> Dict[str, Any]:
        """Deletes the vectors with these ids and reports on each: ``deleted``, ``failed``, ``results``.

        No ids, no request: the report then counts zero.
        """
        wanted = _listed(ids, "ids")
        if not wanted:
            return _empty_report(collection)
        return await self._object("POST", _path(collection, "batch_delete"), {"ids": wanted})

    async def delete_by_filter(self, collection: str, filter: Dict[str, Any]) -> Dict[str, Any]:
        """Deletes all vectors that match, and reports ``scanned``, ``matched``, ``deleted`` and ``results``.

        The server refuses a filter without conditions.
        """
        return await self._object("POST", _path(collection, "delete_by_filter"), {"filter": filter})

    async def search(
        self,
        collection: str,
        query: Optional[str],
        limit: int = 10,
        filter: Optional[Dict[str, Any]] = None,
        similarity_threshold: Optional[float] = None,
        with_vector: Optional[bool] = None,
        with_payload: Optional[bool] = None,
        vector: Optional[Iterable[float]] = None,
    ) -> List[Dict[str, Any]]:
        """Returns the best matches, best first, at most 10,000.

        An empty query finds what the filter matches, in the order of insertion. A vector is searched for instead of the
        query's text, which may then be None.
        """
        body = _given(
            query=query,
            limit=limit,
            filter=filter,
            similarity_threshold=similarity_threshold,
            with_vector=with_vector,
            with_payload=with_payload,
            vector=None if vector is None else _numbers(vector),
        )
        answer = await self._object("POST", _path(collection, "search"), body)
        return _objects(answer, "results")

    async def insert_text(
        self,
        collection: str,
        text: str,
        id: Optional[str] = None,
        metadata: Optional[Dict[str, Any]] = None,
    ) -> str:
        """Inserts a text, or replaces the one with this id, and returns the id."""
        return await self._insert(collection, _given(id=id, text=text, metadata=metadata))

    async def insert_vector(
        self,
        collection: str,
        vector: Iterable[float],
        id: Optional[str] = None,
        metadata: Optional[Dict[str, Any]] = None,
    ) -> str:
        """Inserts a vector, or replaces the one with this id, and returns the id."""
        return await self._insert(collection, _given(id=id, vector=_numbers(vector), metadata=metadata))

    async def batch_insert_text(
        self,
        collection: str,
        texts: Iterable[str],
        metadatas: Optional[Sequence[Optional[Dict[str, Any]]]] = None,
        ids: Optional[Sequence[Optional[str]]] = None,
    ) -> List[str]:
        """Inserts texts and returns the ids of the vectors made of them; a long text becomes several.

        Texts that the server refuses make an error of type ``partial_failure``; the others are inserted, and the report
        is in its ``details``.
        """
        wanted = _listed(texts, "texts")
        metadata_of = _beside(wanted, metadatas, "metadatas")
        id_of = _beside(wanted, ids, "ids")
        entries = [
            _given(id=id_of[index], text=text, metadata=metadata_of[index])
            for index, text in enumerate(wanted)
        ]
        report = await self._object("POST", _path(collection, "batch_insert"), {"texts": entries})
        if report.get("failed"):
            message = f"{report['failed']} of {len(entries)} texts were not inserted"
            raise VectorizerError(200, "partial_failure", message, report)
        return [str(inserted) for inserted in report.get("ids", [])]

    async def get_vector(self, collection: str, vector_id: str) -> Dict[str, Any]:
        """Returns one vector with its payload. A vector that is not there is an error with status 404."""
        return await self._object("GET", _vector_path(collection, vector_id))

    async def update_vector(
        self,
        collection: str,
        id: str,
        text: Optional[str] = None,
        vector: Optional[Iterable[float]] = None,
        metadata: Optional[Dict[str, Any]] = None,
    ) -> Dict[str, Any]:
        """Changes what is given; metadata is merged, and None as a value removes its key. Returns the vector."""
        body = _given(text=text, vector=None if vector is None else _numbers(vector), metadata=metadata)
        return await self._object("PATCH", _vector_path(collection, id), body)

    async def batch_update(self, collection: str, updates: Iterable[Dict[str, Any]]) -> Dict[str, Any]:
        """Applies updates of the form ``{"id", "vector"?, "text"?, "payload"?, "metadata"?}`` and reports on each."""
        return await self._object("POST", _path(collection, "batch_update"), {"updates": list(updates)})

    async def create_collection(
        self,
        name: str,
        dimension: int = 512,
        metric: str = "cosine",
        **config: Any,
    ) -> Dict[str, Any]:
        """Creates a collection; a name that is taken is an error with status 409."""
        body = {**config, "name": name, "dimension": dimension, "metric": metric}
        return await self._object("POST", "/collections", body)

    async def list_collections(self) -> List[Dict[str, Any]]:
        """Returns all collections, by name."""
        return _objects(await self._object("GET", "/collections"), "collections")

    async def get_collection_info(self, name: str) -> Dict[str, Any]:
        """Returns one collection. One that is not there is an error with status 404."""
        return await self._object("GET", _path(name))

    async def get_collection_stats(self, name: str) -> Dict[str, Any]:
        """Returns a collection's counts and sizes."""
        return await self._object("GET", _path(name, "stats"))

    async def delete_collection(self, name: str) -> Dict[str, Any]:
        """Deletes a collection and everything in it."""
        return await self._object("DELETE", _path(name))

    async def health_check(self) -> Dict[str, Any]:
        """Returns the server's state."""
        return await self._object("GET", "/health")

    async def _insert(self, collection: str, entry: Dict[str, Any]) -> str:
        answer = await self._object("POST", _path(collection, "insert"), entry)
        inserted = answer.get("id")
        if not isinstance(inserted, str):
            raise VectorizerError(200, "invalid_response", "the answer has no id", answer)
        return inserted

    async def _object(self, method: str, path: str, body: Optional[Dict[str, Any]] = None) -> Dict[str, Any]:
        answer = await self._request(method, path, body)
        if not isinstance(answer, dict):
            raise VectorizerError(200, "invalid_response", "the answer is not a JSON object")
        return answer

    async def _request(self, method: str, path: str, body: Optional[Dict[str, Any]] = None) -> Any:
        return await asyncio.to_thread(self._transport.request, method, path, body)


def _path(collection: str, *rest: str) -> str:
    return "/".join(["/collections", _part(collection, "collection"), *rest])


def _vector_path(collection: str, vector_id: str) -> str:
    return _path(collection, "vectors", _part(vector_id, "vector id"))


def _part(value: str, what: str) -> str:
    # on its way, `..` would climb to another resource: a vector's delete would delete the collection
    if value in ("", ".", ".."):
        raise VectorizerError(0, "invalid_request", f"the {what} {value!r} cannot stand in a URL")
    return quote(value, safe="")


def _given(**fields: Any) -> Dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _numbers(vector: Iterable[float]) -> List[float]:
    """Plain numbers, whatever numeric type a vector library uses."""
    return [float(number) for number in vector]


def _listed(values: Iterable[str], what: str) -> List[str]:
    # a string is iterable too, and its letters could be somebody's ids
    if isinstance(values, (str, bytes)):
        raise TypeError(f"{what} must be a list of strings, not a string")
    return list(values)


def _beside(texts: Sequence[str], values: Optional[Sequence[Any]], what: str) -> Sequence[Any]:
    if values is None:
        return [None] * len(texts)
    if len(values) != len(texts):
        raise ValueError(f"there are {len(texts)} texts but {len(values)} {what}")
    return values


def _objects(answer: Dict[str, Any], key: str) -> List[Dict[str, Any]]:
    values = answer.get(key)
    if not isinstance(values, list):
        raise VectorizerError(200, "invalid_response", f"the answer has no {key}", answer)
    return values


def _empty_report(collection: str) -> Dict[str, Any]:
    return {
        "collection": collection,
        "count": 0,
        "deleted": 0,
        "failed": 0,
        "results": [],
        "status": "success",
        "deleted_count": 0,
        "failed_count": 0,
        "errors": [],
    }
