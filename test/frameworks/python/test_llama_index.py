"""LlamaIndex' contract of a vector store, and an index over it, over Chroma's and Pinecone's."""

import chromadb
import pytest
from gateway import CHROMA, DIMENSION, embed, unique
from llama_index.core import StorageContext, VectorStoreIndex
from llama_index.core.embeddings import BaseEmbedding
from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode
from llama_index.core.vector_stores import FilterCondition, FilterOperator, MetadataFilter, MetadataFilters
from llama_index.core.vector_stores.types import VectorStoreQuery
from llama_index.vector_stores.chroma import ChromaVectorStore
from llama_index.vector_stores.pinecone import PineconeVectorStore
from pinecone import Pinecone, ServerlessSpec


class Words(BaseEmbedding):
    def _get_text_embedding(self, text):
        return embed(text)

    def _get_query_embedding(self, query):
        return embed(query)

    async def _aget_query_embedding(self, query):
        return embed(query)


@pytest.fixture
def chroma():
    client = chromadb.HttpClient(host=CHROMA.hostname, port=CHROMA.port)
    collection = client.create_collection(unique("llama-index"))
    yield ChromaVectorStore(chroma_collection=collection)
    client.delete_collection(collection.name)


@pytest.fixture
def pinecone():
    client = Pinecone()
    name = unique("llama-index")
    client.create_index(name, dimension=DIMENSION, metric="cosine", spec=ServerlessSpec(cloud="aws", region="us-east-1"))
    yield PineconeVectorStore(pinecone_index=client.Index(name))
    client.delete_index(name)


@pytest.fixture(params=["chroma", "pinecone"])
def store(request):
    return request.getfixturevalue(request.param)


def node(text, document, **metadata):
    return TextNode(
        id_=text.split()[-1],
        text=text,
        embedding=embed(text),
        metadata=metadata,
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=document)},
    )


@pytest.fixture
def filled(store):
    store.add(
        [
            node("notes about apples", "one", kind="fruit", year=2020),
            node("notes about pears", "one", kind="fruit", year=2021),
            node("notes about leeks", "two", kind="vegetable", year=2022),
        ]
    )
    return store


def found(store, *filters, condition=FilterCondition.AND, **options):
    wanted = MetadataFilters(filters=list(filters), condition=condition) if filters else None
    query = VectorStoreQuery(query_embedding=embed("notes about pears"), similarity_top_k=10, filters=wanted, **options)
    return sorted(one.get_content().split()[-1] for one in store.query(query).nodes)


def where(key, value, operator=FilterOperator.EQ):
    return MetadataFilter(key=key, value=value, operator=operator)


def test_a_query_returns_the_nearest_first_with_its_text_and_metadata(filled):
    result = filled.query(VectorStoreQuery(query_embedding=embed("notes about pears"), similarity_top_k=2))
    assert result.nodes[0].get_content().endswith("pears")
    assert result.nodes[0].get_content() == "notes about pears"
    assert result.nodes[0].metadata == {"kind": "fruit", "year": 2021}
    assert len(result.ids) == 2


def test_a_query_filters_by_a_value(filled):
    assert found(filled, where("kind", "fruit")) == ["apples", "pears"]


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        (FilterOperator.NE, 2021, ["apples", "leeks"]),
        (FilterOperator.GT, 2020, ["leeks", "pears"]),
        (FilterOperator.GTE, 2021, ["leeks", "pears"]),
        (FilterOperator.LT, 2021, ["apples"]),
        (FilterOperator.LTE, 2021, ["apples", "pears"]),
        (FilterOperator.IN, [2020, 2022], ["apples", "leeks"]),
        (FilterOperator.NIN, [2020, 2022], ["pears"]),
    ],
    ids=lambda value: value.name if isinstance(value, FilterOperator) else "",
)
def test_a_query_filters_with(filled, operator, value, expected):
    assert found(filled, where("year", value, operator)) == expected


def test_filters_are_combined_with_or(filled):
    assert found(filled, where("kind", "vegetable"), where("year", 2020), condition=FilterCondition.OR) == ["apples", "leeks"]


def test_filters_are_combined_with_and(filled):
    assert found(filled, where("kind", "fruit"), where("year", 2020)) == ["apples"]


def test_a_document_is_deleted_with_its_nodes(filled):
    filled.delete("one")
    assert found(filled) == ["leeks"]


def test_nodes_are_deleted_by_id(filled):
    query = VectorStoreQuery(query_embedding=embed("notes about apples"), similarity_top_k=1)
    filled.delete_nodes(filled.query(query).ids)
    assert found(filled) == ["leeks", "pears"]


def test_everything_is_cleared(filled):
    filled.clear()
    assert found(filled) == []


def test_nodes_are_returned_by_filter(filled):
    nodes = filled.get_nodes(None, filters=MetadataFilters(filters=[where("kind", "fruit")]))
    assert sorted(one.get_content() for one in nodes) == ["notes about apples", "notes about pears"]


def test_an_index_of_documents_is_built_and_searched(store):
    context = StorageContext.from_defaults(vector_store=store)
    nodes = [TextNode(text=text) for text in ("green apples", "yellow pears")]
    index = VectorStoreIndex(nodes, storage_context=context, embed_model=Words())
    assert [one.get_content() for one in index.as_retriever(similarity_top_k=1).retrieve("yellow pears")] == ["yellow pears"]
    again = VectorStoreIndex.from_vector_store(store, embed_model=Words())
    assert len(again.as_retriever(similarity_top_k=5).retrieve("pears")) == 2
