"""mem0's vector stores, and its memory without a language model, over Chroma's and Pinecone's."""

import inspect
import os

import pytest
from gateway import CHROMA, DIMENSION, embed, unique

# read when it is imported
os.environ.update(MEM0_TELEMETRY="False", OPENAI_API_KEY="any")
from mem0 import Memory
from mem0.vector_stores.configs import VectorStoreConfig
from mem0.utils.factory import VectorStoreFactory


class Words:
    def embed(self, text, memory_action=None):
        return embed(text)

    def embed_batch(self, texts, memory_action=None):
        return [embed(text) for text in texts]


def chroma():
    return "chroma", {"collection_name": unique("mem0"), "host": CHROMA.hostname, "port": CHROMA.port}


def pinecone():
    return "pinecone", {
        "collection_name": unique("mem0"),
        "embedding_model_dims": DIMENSION,
        "serverless_config": {"cloud": "aws", "region": "us-east-1"},
    }


@pytest.fixture(params=[chroma, pinecone], ids=["chroma", "pinecone"])
def place(request):
    return request.param()


@pytest.fixture
def store(place):
    provider, config = place
    store = VectorStoreFactory.create(provider, VectorStoreConfig(provider=provider, config=config).config)
    texts = ["likes apples", "likes pears", "hates plums"]
    payloads = [{"data": text, "user_id": text.split()[0], "number": at} for at, text in enumerate(texts)]
    store.insert(vectors=[embed(text) for text in texts], payloads=payloads, ids=["a", "b", "c"])
    yield store
    store.delete_col()


@pytest.fixture
def memory(place):
    provider, config = place
    memory = Memory.from_config({"vector_store": {"provider": provider, "config": config}, "history_db_path": ":memory:"})
    memory.embedding_model = Words()
    yield memory
    memory.vector_store.delete_col()


def search(store, text, **options):
    return store.search(text, embed(text), **options)


def listed(store, **options):
    found = store.list(**options)
    return found[0] if found and isinstance(found[0], list) else found


def test_a_search_returns_the_nearest_first(store):
    assert [one.id for one in search(store, "likes pears")][0] == "b"


def test_a_search_filters(store):
    assert sorted(one.id for one in search(store, "likes pears", filters={"user_id": "likes"})) == ["a", "b"]


def test_a_search_filters_by_several_fields(store):
    assert [one.id for one in search(store, "likes pears", filters={"user_id": "likes", "number": 0})] == ["a"]


def test_a_record_is_returned_by_its_id(store):
    assert store.get("c").payload["data"] == "hates plums"


def test_an_update_overwrites(store):
    store.update("a", vector=embed("likes cherries"), payload={"data": "likes cherries", "user_id": "likes"})
    assert search(store, "likes cherries")[0].id == "a"
    assert store.get("a").payload["data"] == "likes cherries"


def test_a_delete_removes_a_record(store):
    store.delete("a")
    assert sorted(one.id for one in listed(store)) == ["b", "c"]


def test_a_list_filters(store):
    assert [one.id for one in listed(store, filters={"user_id": "hates"})] == ["c"]


def test_a_collection_is_listed(store, place):
    names = [getattr(one, "name", one) for one in store.list_cols()]
    assert place[1]["collection_name"] in names


def test_a_reset_removes_everything(store):
    store.reset()
    assert listed(store) == []


def test_a_memory_is_added_and_found(memory):
    added = memory.add("Alice likes pears", user_id="alice", infer=False)
    memory.add("Bob likes pears", user_id="bob", infer=False)
    # version 2 has the owner among the filters
    owner = {"user_id": "alice"}
    options = owner if "user_id" in inspect.signature(memory.search).parameters else {"filters": owner}
    found = memory.search("likes pears", **options)
    assert [one["memory"] for one in found["results"]] == ["Alice likes pears"]
    assert memory.get(added["results"][0]["id"])["memory"] == "Alice likes pears"
