"""
Open WebUI's own chroma.py and pinecone.py, unmodified, out of its wheel. Its settings are read from the environment here, as its config
does: that module itself loads the whole program.
"""

import importlib
import importlib.util
import os
import sys
from types import ModuleType

import pytest
from gateway import CHROMA, DIMENSION, embed, unique

SETTINGS = {
    "CHROMA_CLIENT_AUTH_CREDENTIALS": None,
    "CHROMA_CLIENT_AUTH_PROVIDER": None,
    "CHROMA_DATABASE": "default_database",
    "CHROMA_HTTP_HOST": CHROMA.hostname,
    "CHROMA_HTTP_PORT": CHROMA.port,
    "CHROMA_HTTP_SSL": False,
    "CHROMA_TENANT": "default_tenant",
    "PINECONE_API_KEY": os.environ.get("PINECONE_API_KEY"),
    "PINECONE_CLOUD": "aws",
    "PINECONE_DIMENSION": DIMENSION,
    "PINECONE_ENVIRONMENT": "us-east-1",
    "PINECONE_INDEX_NAME": unique("open-webui"),
    "PINECONE_METRIC": "cosine",
}


class Settings(ModuleType):
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return SETTINGS.get(name)


def load(name):
    """One of its vector databases; the package's own start, which needs all that the program needs, is left out."""
    if "open_webui" not in sys.modules:
        package = ModuleType("open_webui")
        package.__path__ = list(importlib.util.find_spec("open_webui").submodule_search_locations)
        sys.modules["open_webui"] = package
    for stub in ("open_webui.config", "open_webui.env"):
        sys.modules.setdefault(stub, Settings(stub))
    return importlib.import_module(f"open_webui.retrieval.vector.dbs.{name}")


def items(*texts):
    return [
        {"id": f"id-{text.split()[-1]}", "text": text, "vector": embed(text), "metadata": {"source": text.split()[0], "page": at}}
        for at, text in enumerate(texts)
    ]


class Promises:
    """What Open WebUI asks of a vector database."""

    @pytest.fixture
    def collection(self, database):
        name = unique("file")
        database.insert(name, items("notes about apples", "notes about pears", "letters about plums"))
        yield name
        database.delete_collection(name)

    def ids(self, result):
        return sorted(result.ids[0])

    def test_a_collection_is_found_when_it_holds_something(self, database, collection):
        assert database.has_collection(collection)
        assert not database.has_collection(unique("file"))

    def test_everything_is_returned(self, database, collection):
        found = database.get(collection)
        assert self.ids(found) == ["id-apples", "id-pears", "id-plums"]
        assert sorted(found.documents[0]) == ["letters about plums", "notes about apples", "notes about pears"]
        assert {metadata["source"] for metadata in found.metadatas[0]} == {"notes", "letters"}

    def test_a_search_returns_the_nearest_first_with_a_score_of_one(self, database, collection):
        found = database.search(collection, [embed("notes about pears")], limit=2)
        assert found.ids[0][0] == "id-pears"
        assert found.distances[0][0] == pytest.approx(1, abs=1e-3)
        assert len(found.ids[0]) == 2

    def test_a_query_filters(self, database, collection):
        assert self.ids(database.query(collection, {"source": "notes"})) == ["id-apples", "id-pears"]

    def test_an_upsert_overwrites(self, database, collection):
        database.upsert(collection, [{**items("notes about apples")[0], "text": "green apples"}])
        found = database.query(collection, {"page": 0})
        assert (found.ids, found.documents) == ([["id-apples"]], [["green apples"]])

    def test_deletes_by_id(self, database, collection):
        database.delete(collection, ids=["id-pears"])
        assert self.ids(database.get(collection)) == ["id-apples", "id-plums"]

    def test_deletes_by_filter(self, database, collection):
        database.delete(collection, filter={"source": "notes"})
        assert self.ids(database.get(collection)) == ["id-plums"]

    def test_more_than_a_batch_is_inserted(self, database):
        name = unique("file")
        database.insert(name, items(*(f"page number-{at}" for at in range(250))))
        assert len(database.get(name).ids[0]) == 250
        database.delete_collection(name)
        assert not database.has_collection(name)


class TestChroma(Promises):
    @pytest.fixture(scope="class")
    def database(self):
        return load("chroma").ChromaClient()

    def test_a_reset_removes_everything(self, database, collection):
        database.reset()
        assert not database.has_collection(collection)
        database.insert(collection, items("notes about apples"))


class TestPinecone(Promises):
    """Over gRPC, which it prefers."""

    @pytest.fixture(scope="class")
    def database(self):
        client = load("pinecone").PineconeClient()
        assert client.using_grpc
        yield client
        client.client.delete_index(SETTINGS["PINECONE_INDEX_NAME"])

    def test_a_reset_removes_everything(self, database, collection):
        database.reset()
        assert not database.has_collection(collection)

    async def test_inserts_and_upserts_asynchronously(self, database):
        name = unique("file")
        await database.insert_async(name, items("notes about apples"))
        await database.upsert_async(name, items("notes about pears"))
        assert self.ids(database.get(name)) == ["id-apples", "id-pears"]
