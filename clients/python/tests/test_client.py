"""The client against a server that only repeats: what is sent, and what is made of the answers.

Run with ``python -m unittest discover -s tests`` and ``PYTHONPATH=src``.
"""

from __future__ import annotations

import asyncio
import pickle
import socket
import unittest

from echo_server import EchoServer

from polyvec_vectorizer import VectorizerClient, VectorizerError


class ClientTest(unittest.IsolatedAsyncioTestCase):
    def setUp(self) -> None:
        self.server = EchoServer()
        self.addCleanup(self.server.stop)
        self.client = VectorizerClient(self.server.url)

    async def asyncTearDown(self) -> None:
        await self.client.close()

    async def error_of(self, call) -> VectorizerError:
        with self.assertRaises(VectorizerError) as caught:
            await call
        return caught.exception


class Paths(ClientTest):
    async def test_percent_encodes_every_part(self) -> None:
        await self.client.delete_vector("a b/ü", "doc:42#0?x=1%")
        self.assertEqual(
            self.server.calls,
            [("DELETE", "/collections/a%20b%2F%C3%BC/vectors/doc%3A42%230%3Fx%3D1%25", None)],
        )

    async def test_keeps_the_path_of_the_base_url(self) -> None:
        async with VectorizerClient(self.server.url + "/proxied/vectorizer/") as client:
            await client.health_check()
        self.assertEqual(self.server.calls, [("GET", "/proxied/vectorizer/health", None)])

    async def test_sends_nothing_for_a_name_that_would_reach_another_resource(self) -> None:
        for name in ("", ".", ".."):
            for call in (self.client.delete_vector("c", name), self.client.delete_collection(name)):
                error = await self.error_of(call)
                self.assertEqual((error.status, error.error_type), (0, "invalid_request"))
        self.assertEqual(self.server.calls, [])

    async def test_refuses_a_base_url_that_is_not_http(self) -> None:
        for url in ("localhost:15002", "ftp://localhost", "http://", "http://host:port"):
            with self.assertRaises(ValueError):
                VectorizerClient(url)


class Bodies(ClientTest):
    async def test_sends_an_empty_query_and_a_limit_of_ten_thousand_as_they_are(self) -> None:
        self.server.reply({"results": [{"id": "a", "score": 0.0}]})
        results = await self.client.search("c", "", limit=10000, filter={"created_at": {"$lt": "2025"}})
        self.assertEqual([result["id"] for result in results], ["a"])
        body = {"query": "", "limit": 10000, "filter": {"created_at": {"$lt": "2025"}}}
        self.assertEqual(self.server.calls, [("POST", "/collections/c/search", body)])

    async def test_sends_every_search_option_that_is_given(self) -> None:
        self.server.reply({"results": []})
        await self.client.search(
            "c", None, similarity_threshold=0.5, with_vector=False, with_payload=True, vector=(1, 0)
        )
        body = {"limit": 10, "similarity_threshold": 0.5, "with_vector": False, "with_payload": True, "vector": [1, 0]}
        self.assertEqual(self.server.calls[0][2], body)

    async def test_sends_no_request_for_no_ids(self) -> None:
        report = await self.client.batch_delete("c", [])
        self.assertEqual((report["collection"], report["count"], report["deleted"], report["results"]), ("c", 0, 0, []))
        self.assertEqual(self.server.calls, [])

    async def test_takes_any_iterable_of_ids_but_a_string(self) -> None:
        await self.client.batch_delete("c", (id for id in ("a", "b")))
        self.assertEqual(self.server.calls, [("POST", "/collections/c/batch_delete", {"ids": ["a", "b"]})])
        with self.assertRaises(TypeError):
            await self.client.batch_delete("c", "ab")

    async def test_sends_a_none_in_a_filter_as_null(self) -> None:
        await self.client.delete_by_filter("c", filter={"category": None})
        self.assertEqual(self.server.calls[0][2], {"filter": {"category": None}})

    async def test_puts_texts_metadatas_and_ids_together(self) -> None:
        self.server.reply({"failed": 0, "ids": ["x", "generated"]})
        ids = await self.client.batch_insert_text("c", ["a", "b"], [{"n": 1}, None], ["x", None])
        self.assertEqual(ids, ["x", "generated"])
        entries = [{"id": "x", "text": "a", "metadata": {"n": 1}}, {"text": "b"}]
        self.assertEqual(self.server.calls, [("POST", "/collections/c/batch_insert", {"texts": entries})])
        with self.assertRaises(ValueError):
            await self.client.batch_insert_text("c", ["a", "b"], [{}])

    async def test_tells_when_some_texts_were_not_inserted(self) -> None:
        self.server.reply({"failed": 1, "ids": ["x"], "errors": ["Invalid id: empty"]})
        error = await self.error_of(self.client.batch_insert_text("c", ["a", "b"]))
        self.assertEqual((error.status, error.error_type), (200, "partial_failure"))
        self.assertEqual(error.details["errors"], ["Invalid id: empty"])

    async def test_creates_a_collection_with_further_settings(self) -> None:
        await self.client.create_collection("c", 4, hnsw_config={"m": 8})
        body = {"name": "c", "dimension": 4, "metric": "cosine", "hnsw_config": {"m": 8}}
        self.assertEqual(self.server.calls, [("POST", "/collections", body)])

    async def test_refuses_a_number_that_json_does_not_have(self) -> None:
        with self.assertRaises(ValueError):
            await self.client.insert_vector("c", [float("nan")])
        self.assertEqual(self.server.calls, [])

    async def test_sends_the_api_key(self) -> None:
        async with VectorizerClient(self.server.url, api_key="secret") as client:
            await client.health_check()
        await self.client.health_check()
        self.assertEqual([request.headers.get("x-api-key") for request in self.server.requests], ["secret", None])


class Errors(ClientTest):
    async def test_carries_what_the_server_tells(self) -> None:
        details = {"vector_id": "v"}
        answer = {"error_type": "vector_not_found", "message": "Vector not found: v", "details": details, "status_code": 404}
        self.server.reply(answer, status=404)
        error = await self.error_of(self.client.delete_vector("c", "v"))
        self.assertEqual(
            (error.status, error.error_type, error.message, error.details),
            (404, "vector_not_found", "Vector not found: v", details),
        )
        self.assertEqual(str(error), "Vector not found: v (vector_not_found, status 404)")
        self.assertEqual(str(pickle.loads(pickle.dumps(error))), str(error))

    async def test_reads_error_answers_that_are_not_json(self) -> None:
        for content, message in ((b"down for repair", "down for repair"), (b"", "Service Unavailable")):
            self.server.reply(content, status=503)
            error = await self.error_of(self.client.health_check())
            self.assertEqual((error.status, error.error_type, error.message), (503, "http_error", message))

    async def test_follows_no_redirect(self) -> None:
        self.server.reply(b"", status=301, headers={"Location": self.server.url})
        error = await self.error_of(self.client.batch_delete("c", ["a"]))
        self.assertEqual((error.status, len(self.server.calls)), (301, 1))

    async def test_refuses_answers_of_another_shape(self) -> None:
        for answer in (b"<html>", [], {}, b""):
            self.server.reply(answer)
            error = await self.error_of(self.client.search("c", "q"))
            self.assertEqual((error.status, error.error_type), (200, "invalid_response"))

    async def test_tells_when_nobody_listens(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            client = VectorizerClient(f"http://127.0.0.1:{taken.getsockname()[1]}")
            error = await self.error_of(client.health_check())
        self.assertEqual((error.status, error.error_type), (0, "connection_error"))

    async def test_gives_up_after_the_timeout(self) -> None:
        self.server.delay_seconds = 1.0
        async with VectorizerClient(self.server.url, timeout=0.1) as client:
            error = await self.error_of(client.health_check())
        self.assertEqual((error.status, error.error_type), (0, "timeout"))


class Connections(ClientTest):
    async def test_uses_one_connection_for_one_request_after_another(self) -> None:
        for _ in range(3):
            await self.client.health_check()
        self.assertEqual(len({request.client_port for request in self.server.requests}), 1)

    async def test_uses_several_for_requests_at_the_same_time(self) -> None:
        self.server.delay_seconds = 0.2
        await asyncio.gather(*(self.client.get_vector("c", str(number)) for number in range(3)))
        self.assertEqual(len({request.client_port for request in self.server.requests}), 3)

    async def test_opens_a_new_one_when_the_server_closed_the_last(self) -> None:
        self.server.reply({}, headers={"Connection": "close"})
        await self.client.health_check()
        await self.client.health_check()
        self.assertEqual(len({request.client_port for request in self.server.requests}), 2)

    async def test_notices_that_the_server_hung_up_in_between(self) -> None:
        self.server.hangs_up_unannounced = True
        await self.client.health_check()
        self.server.await_hang_up()
        self.assertEqual(await self.client.health_check(), {})

    async def test_works_again_after_close(self) -> None:
        await self.client.health_check()
        await self.client.close()
        self.assertEqual(await self.client.health_check(), {})


if __name__ == "__main__":
    unittest.main()
