"""Samples on searching."""

from checks import holds, refused, same
from dialects import found_metadata, hits
from models import (
    ContextualSearchRequest,
    HybridSearchRequest,
    IntelligentSearchRequest,
    MultiCollectionSearchRequest,
    SemanticSearchRequest,
)
from registry import sample


@sample("search_vectors by text, best first")
async def search(tour, client):
    name = await tour.texts(client)
    found = hits(await client.search_vectors(name, "quick brown fox", limit=2))
    same("the best", found[0][0], "fox")
    same("how many", len(found), 2)
    holds("the order", found[0][1] >= found[1][1])


@sample("search_vectors with the text itself finds it with a score of one")
async def search_same(tour, client):
    name = await tour.texts(client)
    found = hits(await client.search_vectors(name, "income tax return for the fiscal year", limit=1))
    same("the best", found[0][0], "tax")
    holds("its score", found[0][1] >= 0.999)


@sample("search_vectors with a filter, as a map and as clauses")
async def search_filtered(tour, client):
    name = await tour.texts(client)
    for condition in (
        {"kind": "animal"},
        {"legs": {"$gte": 4}},
        {"must": [{"key": "kind", "match": {"value": "animal"}}]},
    ):
        answer = await client.search_vectors(name, "income tax return", limit=10, filter=condition)
        same("the found", sorted(id for id, _ in hits(answer)), ["cat", "fox"])
        same("the metadata", found_metadata(answer), [{"kind": "animal", "legs": 4}] * 2)


@sample("search_vectors is refused by the client without a text or a limit")
async def search_refused(tour, client):
    await refused(lambda: client.search_vectors("any", "", limit=10000), "ValidationError")
    await refused(lambda: client.search_vectors("any", "a", limit=0), "ValidationError")


@sample("search_vectors in a collection that is missing")
async def search_nowhere(tour, client):
    await refused(lambda: client.search_vectors("no such", "a"), "ServerError")


@sample("hybrid_search")
async def hybrid(tour, client):
    name = await tour.texts(client)
    for algorithm in ("rrf", "weighted", "alpha"):
        request = HybridSearchRequest(collection=name, query="quick brown fox", algorithm=algorithm, alpha=0.5, final_k=2)
        answer = await client.hybrid_search(request)
        same("the best", answer.results[0].id, "fox")
        holds("how many", len(answer.results) <= 2)
        same("the echo", (answer.query, answer.alpha, answer.algorithm), ("quick brown fox", 0.5, algorithm))


@sample("intelligent_search")
async def intelligent(tour, client):
    name = await tour.texts(client)
    answer = await client.intelligent_search(IntelligentSearchRequest(query="quick brown fox", collections=[name], max_results=2))
    same("the best", (answer.results[0]["id"], answer.results[0]["collection"]), ("fox", name))
    holds("its text", "brown fox" in answer.results[0]["content"])
    same("the total", answer.total_results, len(answer.results))
    same("no document twice", len({one["id"] for one in answer.results}), len(answer.results))
    holds("the time", answer.duration_ms >= 0)


@sample("semantic_search")
async def semantic(tour, client):
    name = await tour.texts(client)
    request = SemanticSearchRequest(query="quick brown fox", collection=name, similarity_threshold=0.0)
    answer = await client.semantic_search(request)
    same("the best", answer.results[0]["id"], "fox")
    same("the total", answer.total_results, len(answer.results))
    request = SemanticSearchRequest(query="quick brown fox", collection=name, similarity_threshold=1.0)
    same("none so near", (await client.semantic_search(request)).results, [])


@sample("contextual_search")
async def contextual(tour, client):
    name = await tour.texts(client)
    request = ContextualSearchRequest(query="income tax", collection=name, context_filters={"kind": "animal"})
    answer = await client.contextual_search(request)
    same("the found", sorted(one["id"] for one in answer.results), ["cat", "fox"])


@sample("multi_collection_search")
async def multi(tour, client):
    names = [await tour.texts(client), await tour.texts(client)]
    answer = await client.multi_collection_search(MultiCollectionSearchRequest(query="quick brown fox", collections=names))
    same("the best", {(one["id"], one["collection"]) for one in answer.results[:2]}, {("fox", name) for name in names})
    few = MultiCollectionSearchRequest(query="quick brown fox", collections=names, max_per_collection=1)
    same("one of each", len((await client.multi_collection_search(few)).results), 2)


@sample("search_by_file", first=(3, 3))
async def by_file(tour, client):
    name = tour.new_name()
    await client.create_collection(name)
    await client.insert_text(name, "one", "a text", {"file_path": "docs/a.md"})
    await client.insert_text(name, "two", "a text", {"file_path": "docs/b.md"})
    answer = await client.search_by_file(name, "docs/a.md")
    same("the found", [one["id"] for one in answer["results"]], ["one"])
    same("the documents", (await client.get_collection_info(name)).document_count, 2)


@sample("qdrant_search_points with and without a filter")
async def qdrant(tour, client):
    name = await tour.filled(client)
    answer = await client.qdrant_search_points(name, [0.0, 1.0, 0.1], limit=2)
    same("the found", [one["id"] for one in answer["result"]], ["b", "c"])
    condition = {"must": [{"key": "topic", "match": {"value": "index"}}]}
    answer = await client.qdrant_search_points(name, [0.0, 1.0, 0.1], filter=condition, with_vector=True)
    same("the filtered", [one["id"] for one in answer["result"]], ["a"])
