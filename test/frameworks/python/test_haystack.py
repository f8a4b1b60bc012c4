"""Haystack's own suite for document stores, over Chroma's and Pinecone's."""

import pytest
from chromadb import EmbeddingFunction
from gateway import CHROMA, embed, unique
from haystack import Document
from haystack.testing.document_store import DocumentStoreBaseTests
from haystack_integrations.document_stores.chroma import ChromaDocumentStore, document_store as chroma_module
from haystack_integrations.document_stores.pinecone import PineconeDocumentStore
from pinecone import Pinecone

# that of the suite's documents
DIMENSION = 768


class Words(EmbeddingFunction):
    def __init__(self):
        pass

    def __call__(self, input):
        return [embed(text, DIMENSION) for text in input]


class Suite(DocumentStoreBaseTests):
    """The two things that Haystack leaves to each store: what is compared, and what happens to duplicates by default."""

    def assert_documents_are_equal(self, received, expected):
        """Both stores give an embedding to a document without one, and round the others."""
        assert len(received) == len(expected)
        assert {one.id: (one.content, one.meta) for one in received} == {one.id: (one.content, one.meta) for one in expected}
        embeddings = {one.id: one.embedding for one in received}
        for one in expected:
            if one.embedding is not None:
                assert embeddings[one.id] == pytest.approx(one.embedding, abs=1e-6)

    def test_write_documents(self, document_store):
        documents = [Document(content="one"), Document(content="two")]
        assert document_store.write_documents(documents) == 2
        self.assert_documents_are_equal(document_store.filter_documents(), documents)


class TestChroma(Suite):
    @pytest.fixture
    def document_store(self, monkeypatch):
        monkeypatch.setattr(chroma_module, "get_embedding_function", lambda *_, **__: Words())
        return ChromaDocumentStore(collection_name=unique("haystack"), host=CHROMA.hostname, port=CHROMA.port)


class TestPinecone(Suite):
    @pytest.fixture
    def document_store(self):
        index = unique("haystack")
        yield PineconeDocumentStore(index=index, dimension=DIMENSION)
        client = Pinecone()
        if client.has_index(index):
            client.delete_index(index)
