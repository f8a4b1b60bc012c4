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
