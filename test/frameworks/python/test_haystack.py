"""Haystack's own suite for document stores, over Chroma's and Pinecone's."""

import pytest
from chromadb import EmbeddingFunction
from gateway import CHROMA, DIMENSION, embed, unique
from haystack.testing.document_store import DocumentStoreBaseTests
from haystack_integrations.document_stores.chroma import ChromaDocumentStore, document_store as chroma_module
from haystack_integrations.document_stores.pinecone import PineconeDocumentStore
from pinecone import Pinecone


class Words(EmbeddingFunction):
    def __init__(self):
        pass

    def __call__(self, input):
        return [embed(text) for text in input]


class TestChroma(DocumentStoreBaseTests):
    @pytest.fixture
    def document_store(self, monkeypatch):
        monkeypatch.setattr(chroma_module, "get_embedding_function", lambda *_, **__: Words())
        return ChromaDocumentStore(collection_name=unique("haystack"), host=CHROMA.hostname, port=CHROMA.port)


class TestPinecone(DocumentStoreBaseTests):
    @pytest.fixture
    def document_store(self):
        index = unique("haystack")
        # of the dimension that the suite's documents have
        yield PineconeDocumentStore(index=index, dimension=768)
        client = Pinecone()
        if client.has_index(index):
            client.delete_index(index)
