"""Samples on vectors: inserting, reading, updating and deleting."""

from checks import close, holds, refused, same
from dialects import RECORDS, TEXTS, VERSION, deleted, fetched, raw
from models import (
    BatchDeleteRequest,
    BatchInsertItem,
    BatchInsertRequest,
    BatchSearchQuery,
    BatchSearchRequest,
    BatchUpdateRequest,
    UpdateVectorRequest,
    Vector,
    VectorUpdate,
)
from registry import sample

#: as an SDK puts them into paths
IDS = ["a b", "ünï", "100%", "a/b", "a/b/c", "x+y", "a&b=c", "日本", "vectors", "expiry"]


@sample("insert_texts of vectors, and get_vector")
async def insert_and_get(tour, client):
    name = await tour.filled(client)
    same("the count", await tour.count(client, name), 3)
    id, data, metadata = fetched(await client.get_vector(name, "a"))
    same("the id", id, "a")
    close("the values", data, [1.0, 0.0, 0.0])
    same("the metadata", metadata, {"topic": "index", "year": 2020, "seen": True})


@sample("insert_texts tells what it stored, and replaces a vector of the same id")
async def insert_replaces(tour, client):
    name = await tour.filled(client)
    told = await client.insert_texts(name, [Vector(id="a", data=[0.0, 3.0, 4.0], metadata={"only": [1, {"deep": None}]})])
    same("the answer", (told["collection"], told["inserted"], told["failed"]), (name, 1, 0))
    _, data, metadata = fetched(await client.get_vector(name, "a"))
    close("the values, normalised", data, [0.0, 0.6, 0.8])
    same("the metadata", metadata, {"only": [1, {"deep": None}]})
    same("the count", await tour.count(client, name), 3)


@sample("a vector keeps its values as they are where the metric is not cosine")
async def not_normalised(tour, client):
    for metric in ("euclidean", "dot_product"):
        name = await tour.filled(client, metric)
        await client.insert_texts(name, [Vector(id="d", data=[1.5, -2.25, 3.0])])
        same("the values", fetched(await client.get_vector(name, "d"))[1], [1.5, -2.25, 3.0])


@sample("insert_texts of another dimension fails for that vector only")
async def wrong_dimension(tour, client):
    name = await tour.filled(client)
    told = await client.insert_texts(name, [Vector(id="d", data=[1.0, 2.0]), Vector(id="e", data=[1.0, 2.0, 3.0])])
    same("the answer", (told["inserted"], told["failed"]), (1, 1))
    same("the rows", [row["status"] for row in told["results"]], ["error", "ok"])
    holds("the reason", "embedding length 2 does not match collection dimension 3" in told["results"][0]["error"])
    same("the count", await tour.count(client, name), 4)


@sample("insert_texts with a public key is refused, and stores nothing")
async def encryption(tour, client):
    name = await tour.filled(client)
    secret = Vector(id="d", data=[1.0, 2.0, 3.0], public_key="a key")
    await refused(lambda: client.insert_texts(name, [secret]), "ServerError", "HTTP 400", "encryption_error")
    same("the count", await tour.count(client, name), 3)


@sample("insert_text_batch", first=(3, 0, 3))
async def text_batch(tour, client):
    name = tour.new_name()
    await client.create_collection(name)
    told = await client.insert_text_batch(name, TEXTS)
    same("the answer", (told["collection"], told["inserted"], told["failed"], told["count"]), (name, 3, 0, 3))
    same("the ids", [row["client_id"] for row in told["results"]], ["fox", "tax", "cat"])
    same("the count", await tour.count(client, name), 3)
    _, data, metadata = fetched(await client.get_vector(name, "fox"))
    same("the dimension", len(data), 512)
    same("the metadata keeps its types", metadata, {"kind": "animal", "legs": 4})


@sample("insert_text", first=(3, 3))
async def insert_text(tour, client):
    name = tour.new_name()
    await client.create_collection(name)
    told = await client.insert_text(name, "one", "the quick brown fox", {"n": 1, "ok": True, "list": ["x"]})
    same("the ids", told["vector_ids"], ["one"])
    same("the answer", (told["collection"], told["vectors_created"], told["chunked"]), (name, 1, False))
    same("the metadata", fetched(await client.get_vector(name, "one"))[2], {"n": 1, "ok": True, "list": ["x"]})
    await refused(lambda: client.insert_text(name, "a text", metadata={"guide": "form"}), "TypeError", "text")
    same("the count", await tour.count(client, name), 1)


@sample("insert_text of a long text makes chunks, which go by ids", first=(3, 3))
async def chunks(tour, client):
    name = tour.new_name()
    await client.create_collection(name)
    told = await client.insert_text(name, "book", "A sentence of some words. " * 200)
    holds("chunks", told["chunked"] is True and told["vectors_created"] > 1)
    same("their ids", told["vector_ids"], [f"book#{at}" for at in range(told["vectors_created"])])
    answer = await client.delete_vectors(name, told["vector_ids"])
    same("all of them", deleted(answer)[:2], (told["vectors_created"], 0))
    same("the count", await tour.count(client, name), 0)


@sample("batch_insert", first=(3, 3))
async def batch_insert(tour, client):
    name = tour.new_name()
    await client.create_collection(name)
    items = [BatchInsertItem(text="one fox", id="one", metadata={"n": 1}), BatchInsertItem(text="two cats")]
    told = await client.batch_insert(name, items)
    same("the report", (told.collection, told.successful, told.failed, told.total), (name, 2, 0, 2))
    same("the count", await tour.count(client, name), 2)
    same("the metadata", fetched(await client.get_vector(name, "one"))[2], {"n": 1})


@sample("insert_vectors", first=(3, 3))
async def insert_vectors(tour, client):
    name = tour.new_name()
    await client.create_collection(name, dimension=3)
    entries = [raw("a", [1.0, 0.0, 0.0], payload={"n": 1.5}), raw(None, [0.0, 1.0, 0.0], metadata={"k": "v"}), raw("c", [1.0])]
    told = await client.insert_vectors(name, entries)
    same("the report", (told.collection, told.successful, told.failed, told.total), (name, 2, 1, 3))
    same("the rows", [row["status"] for row in told.results], ["ok", "ok", "error"])
    same("the payload", fetched(await client.get_vector(name, "a"))[2], {"n": 1.5})
    generated = told.results[1]["vector_ids"][0]
    same("the metadata", fetched(await client.get_vector(name, generated))[2], {"k": "v"})


@sample("ids as the SDK puts them into paths")
async def ids(tour, client):
    name = tour.new_name()
    await client.create_collection(name, dimension=3)
    await client.insert_texts(name, [Vector(id=id, data=[1.0, float(at), 0.0], metadata={"at": at}) for at, id in enumerate(IDS)])
    for at, id in enumerate(IDS):
        got, _, metadata = fetched(await client.get_vector(name, id))
        same("the vector", (got, metadata), (id, {"at": at}))


@sample("names of collections as the SDK puts them into paths")
async def collection_names(tour, client):
    for name in ("with space", "über", "100%", "a.b:c"):
        await client.create_collection(name, dimension=3)
        same("the name", (await client.get_collection_info(name)).name, name)
        await client.insert_texts(name, RECORDS)
        same("the count", await tour.count(client, name), 3)
        same("the vector", fetched(await client.get_vector(name, "b"))[0], "b")
        same("deleted", await client.delete_collection(name), True)


@sample("get_vector_by_path", first=(3, 3))
async def by_path(tour, client):
    name = await tour.filled(client)
    vector = await client.get_vector_by_path(name, "b")
    same("the vector", (vector.id, vector.metadata), ("b", {"topic": "query", "year": 2021}))
    close("the values", vector.data, [0.0, 1.0, 0.0])
    await refused(lambda: client.get_vector_by_path(name, "no such"), "ServerError")


@sample("list_vectors, page by page", first=(3, 3))
async def list_vectors(tour, client):
    name = await tour.filled(client)
    page = await client.list_vectors(name)
    same("the page", (page.total, page.limit, page.offset, page.message), (3, 10, 0, None))
    same("the order", [one["id"] for one in page.vectors], ["a", "b", "c"])
    same("a payload", page.vectors[0]["payload"], {"topic": "index", "year": 2020, "seen": True})
    close("values", page.vectors[1]["vector"], [0.0, 1.0, 0.0])
    second = await client.list_vectors(name, page=1, limit=2)
    same("the second page", [one["id"] for one in second.vectors], ["c"])
    same("its place", (second.total, second.limit, second.offset), (3, 2, 2))
    holds("its message", "Showing 1 of 3" in second.message)


@sample("update_vector merges the metadata", first=(3, 3))
async def update(tour, client):
    name = await tour.filled(client)
    told = await client.update_vector(name, "a", UpdateVectorRequest(id="a", metadata={"year": 1999, "new": "key"}))
    same("the answer", told["id"], "a")
    _, data, metadata = fetched(await client.get_vector(name, "a"))
    same("the metadata", metadata, {"topic": "index", "year": 1999, "seen": True, "new": "key"})
    close("the values stay", data, [1.0, 0.0, 0.0])
    change = UpdateVectorRequest(id="no such", metadata={"a": 1})
    await refused(lambda: client.update_vector(name, "no such", change), "ServerError")


@sample("batch_update replaces payloads and values", first=(3, 3))
async def batch_update(tour, client):
    name = await tour.filled(client)
    changes = [
        VectorUpdate(id="a", payload={"only": 1}),
        VectorUpdate(id="b", vector=[0.0, 0.0, 2.0]),
        VectorUpdate(id="c", vector=[1.0]),
        VectorUpdate(id="no such", payload={}),
    ]
    told = await client.batch_update(name, changes)
    same("the report", (told.collection, told.total, told.successful, told.failed), (name, 4, 2, 2))
    same("the rows", [row["status"] for row in told.results], ["ok", "ok", "error", "error"])
    same("replaced", fetched(await client.get_vector(name, "a"))[2], {"only": 1})
    _, data, metadata = fetched(await client.get_vector(name, "b"))
    close("the values", data, [0.0, 0.0, 1.0])
    same("kept", metadata, {"topic": "query", "year": 2021})


@sample("batch_search by vectors and by text", first=(3, 3))
async def batch_search(tour, client):
    name = await tour.filled(client)
    queries = [
        BatchSearchQuery(vector=[1.0, 0.0, 0.0], limit=1),
        BatchSearchQuery(vector=[0.0, 1.0, 1.0], limit=5, threshold=0.5),
    ]
    told = await client.batch_search(name, queries)
    same("the first", [hit["id"] for hit in told[0]["results"]], ["a"])
    holds("its score", told[0]["results"][0]["score"] >= 0.999)
    same("the second", [hit["id"] for hit in told[1]["results"]], ["b", "c"])
    texts = await tour.texts(client)
    told = await client.batch_search(texts, [BatchSearchQuery(query="quick brown fox", limit=1), BatchSearchQuery(limit=3)])
    same("by text", [hit["id"] for hit in told[0]["results"]], ["fox"])
    same("neither text nor vector", told[1]["status"], "error")


@sample("delete_vector", first=(3, 3))
async def delete(tour, client):
    name = await tour.filled(client)
    same("the answer", await client.delete_vector(name, "a"), None)
    same("the count", await tour.count(client, name), 2)
    await refused(lambda: client.get_vector(name, "a"), "ServerError")
    await refused(lambda: client.delete_vector(name, "a"), "ServerError")
    await refused(lambda: client.delete_vector("no such", "a"), "ServerError")
    await refused(lambda: client.delete_vector(name, ""), "ValidationError")


@sample("delete_vector of ids as the SDK puts them into paths", first=(3, 3))
async def delete_ids(tour, client):
    name = tour.new_name()
    await client.create_collection(name, dimension=3)
    await client.insert_texts(name, [Vector(id=id, data=[1.0, 0.0, 0.0]) for id in IDS])
    for left, id in zip(range(len(IDS) - 1, -1, -1), IDS):
        await client.delete_vector(name, id)
        same(f"left after {id}", await tour.count(client, name), left)


@sample("delete_vectors tells of each id")
async def delete_many(tour, client):
    name = await tour.filled(client)
    answer = await client.delete_vectors(name, ["a", "no such", "b", "a"])
    same("the answer", deleted(answer), (2, 2, ["ok", "error", "ok", "error"]))
    if VERSION >= (3, 3):
        same("the report", (answer.collection, answer.count), (name, 4))
        same("a row", (answer.results[1].id, answer.results[1].index), ("no such", 1))
        same("its error", answer.results[1].error, "Vector not found: no such")
    same("the count", await tour.count(client, name), 1)
    same("what is left", fetched(await client.get_vector(name, "c"))[0], "c")
    await refused(lambda: client.delete_vectors(name, []), "ValidationError")


@sample("delete_vectors in a collection that is missing fails for every id")
async def delete_nowhere(tour, client):
    answer = await client.delete_vectors("no such", ["a", "b"])
    same("the answer", deleted(answer), (0, 2, ["error", "error"]))


@sample("delete_by_filter of a map", first=(3, 3))
async def delete_by_map(tour, client):
    name = await tour.filled(client)
    report = await client.delete_by_filter(name, {"topic": "query"})
    same("the report", (report.scanned, report.matched, report.deleted), (3, 2, 2))
    same("the rows", report.results, [{"id": "b", "status": "deleted"}, {"id": "c", "status": "deleted"}])
    same("the count", await tour.count(client, name), 1)
    report = await client.delete_by_filter(name, {"year": {"$lt": 2000}})
    same("nothing", (report.scanned, report.matched, report.deleted), (1, 0, 0))
    report = await client.delete_by_filter(name, {"year": {"$lt": 2021}, "seen": True})
    same("the last", (report.deleted, await tour.count(client, name)), (1, 0))


@sample("delete_by_filter of the SDK's typed filters", first=(3, 3))
async def delete_by_typed(tour, client):
    from vectorizer.filter import (
        QdrantFilter,
        filter_eq,
        filter_in,
        filter_nested,
        filter_range,
        must_filter,
        must_not_filter,
        should_filter,
    )

    for condition, left in (
        (must_filter(filter_eq("topic", "index")), 2),
        (must_filter(filter_eq("topic", "query"), filter_range("year", gte=2022.0)), 2),
        (must_filter(filter_range("year", gte=2021, lte=2021)), 2),
        (should_filter(filter_eq("year", 2020), filter_eq("year", 2022)), 1),
        (must_filter(filter_in("topic", ["query", "other"])), 1),
        (must_not_filter(filter_eq("topic", "query")), 2),
        (must_filter(filter_nested(should_filter(filter_eq("seen", True), filter_eq("year", 2021)))), 1),
    ):
        name = await tour.filled(client)
        report = await client.delete_by_filter(name, condition)
        same(f"deleted by {condition.to_dict()}", (report.matched, report.deleted), (3 - left, 3 - left))
        same("the count", await tour.count(client, name), left)
    await refused(lambda: client.delete_by_filter("any", QdrantFilter()), "ValidationError")


@sample("delete_by_filter of nothing deletes nothing", first=(3, 3))
async def delete_by_nothing(tour, client):
    name = await tour.filled(client)
    await refused(lambda: client.delete_by_filter(name, {}), "ValidationError")
    for empty in ({"must": []}, {"$and": []}, {"$and": [{}]}):
        await refused(lambda: client.delete_by_filter(name, empty), "ServerError", "HTTP 400", "filter has no conditions")
    await refused(lambda: client.delete_by_filter(name, {"year": {"$near": 1}}), "ServerError", "HTTP 400")
    same("the count", await tour.count(client, name), 3)
    await refused(lambda: client.delete_by_filter("no such", {"a": 1}), "ServerError")


@sample("the calls that leave the collection out are refused")
async def without_collection(tour, client):
    for call in (
        lambda: client.batch_insert_texts("any", BatchInsertRequest(texts=[{"id": "a", "text": "a"}])),
        lambda: client.batch_update_vectors("any", BatchUpdateRequest(updates=[{"id": "a"}])),
        lambda: client.batch_delete_vectors("any", BatchDeleteRequest(vector_ids=["a"])),
        lambda: client.batch_search_vectors("any", BatchSearchRequest(queries=[{"query": "a"}])),
    ):
        await refused(call, "ServerError", "HTTP 400", "validation_error", '"collection"')


@sample("qdrant_upsert_points, qdrant_retrieve_points, qdrant_count_points and qdrant_delete_points")
async def qdrant_points(tour, client):
    name = await tour.filled(client)
    point = {"id": "d", "vector": [0.0, 1.0, 1.0], "payload": {"topic": "index"}}
    same("the upsert", (await client.qdrant_upsert_points(name, [point], wait=True))["status"], "ok")
    same("the count", (await client.qdrant_count_points(name))["result"]["count"], 4)
    condition = {"must": [{"key": "topic", "match": {"value": "index"}}]}
    same("the filtered count", (await client.qdrant_count_points(name, condition))["result"]["count"], 2)
    got = (await client.qdrant_retrieve_points(name, ["d", "a"]))["result"]
    same("the points", sorted(one["id"] for one in got), ["a", "d"])
    same("the delete", (await client.qdrant_delete_points(name, ["d"], wait=True))["status"], "ok")
    same("the count after", await tour.count(client, name), 3)


@sample("a thousand vectors in one request, deleted in one request")
async def thousand(tour, client):
    name = tour.new_name()
    await client.create_collection(name, dimension=3)
    told = await client.insert_texts(name, [Vector(id=f"v-{at}", data=[1.0, float(at), 0.0]) for at in range(1000)])
    same("the inserted", (told["inserted"], await tour.count(client, name)), (1000, 1000))
    same("the deleted", deleted(await client.delete_vectors(name, [f"v-{at}" for at in range(990)]))[:2], (990, 0))
    same("the left", await tour.count(client, name), 10)
