"""LangChain's own suite for vector stores, over Chroma's and Pinecone's."""

import chromadb
import pytest
from gateway import CHROMA, DIMENSION, embed, unique
from langchain_chroma import Chroma
from langchain_core.embeddings import Embeddings
from langchain_pinecone import PineconeVectorStore
from langchain_tests.integration_tests import VectorStoreIntegrationTests
from pinecone import Pinecone, ServerlessSpec


class Words(Embeddings):
    """Plain floats: the suite's own are numpy's, which Pinecone's client does not take."""

    def embed_documents(self, texts):
        return [embed(text) for text in texts]

    def embed_query(self, text):
        return embed(text)


class TestChroma(VectorStoreIntegrationTests):
    @staticmethod
    def get_embeddings():
        return Words()

    @pytest.fixture()
    def vectorstore(self):
        client = chromadb.HttpClient(host=CHROMA.hostname, port=CHROMA.port)
        store = Chroma(collection_name=unique("langchain"), embedding_function=self.get_embeddings(), client=client)
        yield store
        store.delete_collection()


@pytest.fixture()
def chroma():
    if not hasattr(Chroma, "hybrid_search"):
        return None
    client = chromadb.HttpClient(host=CHROMA.hostname, port=CHROMA.port)
    texts = ["foxes run", "hens run", "foxes and hens rest"]
    store = Chroma(collection_name=unique("langchain"), embedding_function=Words(), client=client)
    store.add_texts(texts, ids=["1", "2", "3"], metadatas=[{"part": 1}, {"part": 2}, {"part": 1}])
    return store


def test_hybrid_search_case_86(chroma):
    """As its guide has it; releases before it had the call have nothing to do."""
    if chroma is None:
        return
    from chromadb import K, Knn, Rrf, Search

    # a text would be embedded by Chroma's default function, which needs a model
    ranks = [Knn(query=embed(text), return_rank=True) for text in ["foxes run", "hens rest"]]
    search = Search().where(K("part") == 1).rank(Rrf(ranks)).limit(2).select(K.DOCUMENT, K.METADATA, K.SCORE)
    found = chroma.hybrid_search(search)
    assert sorted(document.page_content for document in found) == ["foxes and hens rest", "foxes run"]
    assert [document.metadata for document in found] == [{"part": 1}, {"part": 1}]


def test_fork_case_86(chroma):
    """The fork has what the store has, and neither sees what the other one writes."""
    if chroma is None:
        return
    fork = chroma.fork(unique("fork"))
    assert sorted(fork.get()["ids"]) == ["1", "2", "3"]
    fork.delete(ids=["1"])
    chroma.add_texts(["cocks crow"], ids=["4"])
    assert sorted(fork.get()["ids"]) == ["2", "3"]
    assert sorted(chroma.get()["ids"]) == ["1", "2", "3", "4"]
    assert [document.page_content for document in fork.similarity_search("hens run", k=1)] == ["hens run"]


class TestPinecone(VectorStoreIntegrationTests):
    @staticmethod
    def get_embeddings():
        return Words()

    @pytest.fixture()
    def vectorstore(self):
        client = Pinecone()
        name = unique("langchain")
        client.create_index(name, dimension=DIMENSION, metric="cosine", spec=ServerlessSpec(cloud="aws", region="us-east-1"))
        yield PineconeVectorStore(index=client.Index(name), embedding=self.get_embeddings())
        client.delete_index(name)
