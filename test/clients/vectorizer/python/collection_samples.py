"""Samples on collections."""

import json

from checks import holds, refused, same
from dialects import TELLS_WHAT_IS_MISSING
from registry import sample


@sample("create_collection, get_collection_info, list_collections and delete_collection")
async def lifecycle(tour, client):
    name = tour.new_name()
    made = await client.create_collection(name, dimension=3)
    same("the made", (made.name, made.dimension, made.vector_count, made.similarity_metric), (name, 3, 0, "cosine"))
    same("nothing else", [key for key in ("message", "collection") if hasattr(made, key)], [])
    info = await client.get_collection_info(name)
    same("the info", (info.name, info.dimension, info.vector_count), (name, 3, 0))
    same("its metrics", (info.metric, info.similarity_metric), ("Cosine", "cosine"))
    same("its status", info.status, "ready")
    holds("its size", info.size["total_bytes"] >= 0)
    holds("it is listed", name in [one.name for one in await client.list_collections()])
    same("the answer", await client.delete_collection(name), True)
    holds("it is gone", name not in [one.name for one in await client.list_collections()])


@sample("create_collection with its defaults, a description and each metric")
async def create(tour, client):
    for asked, told in (("cosine", "Cosine"), ("euclidean", "Euclidean"), ("dot_product", "DotProduct")):
        name = tour.new_name()
        made = await client.create_collection(name, similarity_metric=asked, description="of a tour")
        same("the dimension", made.dimension, 512)
        info = await client.get_collection_info(name)
        same("the metric", (info.similarity_metric, info.metric), (asked, told))


@sample("create_collection of a name that is taken, and of an unknown metric")
async def create_refused(tour, client):
    name = tour.new_name()
    await client.create_collection(name, dimension=3)
    await refused(lambda: client.create_collection(name, dimension=3), "ServerError", "HTTP 409", "collection_already_exists")
    other = tour.new_name()
    await refused(
        lambda: client.create_collection(other, dimension=3, similarity_metric="manhattan"),
        "ValidationError",
        "HTTP 400",
        "validation_error",
    )
    await refused(lambda: client.get_collection_info(other), "CollectionNotFoundError")


@sample("create_collection in the guide's form is refused by the client")
async def create_guide(tour, client):
    name = tour.new_name()
    await refused(lambda: client.create_collection(name, dimension=3, metric="cosine"), "TypeError", "metric")
    await refused(lambda: client.create_collection("", dimension=3), "ValidationError")
    await refused(lambda: client.create_collection(name, dimension=0), "ValidationError")
    await refused(lambda: client.get_collection_info(name), "CollectionNotFoundError")


@sample("a collection that is missing is a CollectionNotFoundError")
async def missing(tour, client):
    await refused(lambda: client.get_collection_info("no such"), "CollectionNotFoundError", "no such")
    await refused(lambda: client.delete_collection("no such"), "CollectionNotFoundError", "no such")


@sample("a collection's vectors are counted at once, and its documents by their file")
async def counts(tour, client):
    name = await tour.filled(client)
    same("the count", await tour.count(client, name), 3)
    await client.delete_vectors(name, ["a"])
    same("the count after", await tour.count(client, name), 2)
    same("the documents", (await client.get_collection_info(name)).document_count, 0)


@sample("what is missing is told in the error")
async def missing_vector(tour, client):
    name = await tour.filled(client)
    error = await refused(lambda: client.get_vector(name, "no such"), "ServerError")
    if TELLS_WHAT_IS_MISSING:
        told = json.loads(str(error).removeprefix("HTTP 404: "))
        same("the error", (told["error_type"], told["status_code"]), ("vector_not_found", 404))
        same("its details", told["details"], {"vector_id": "no such"})
    else:
        same("the error", str(error), "Resource not found")


@sample("rename_collection keeps the old name as an alias", first=(3, 3))
async def rename(tour, client):
    name = await tour.filled(client)
    renamed = tour.new_name()
    await client.rename_collection(name, renamed)
    same("the count by the new name", await tour.count(client, renamed), 3)
    same("the count by the old name", await tour.count(client, name), 3)


@sample("force_save_collection", first=(3, 3))
async def force_save(tour, client):
    name = await tour.filled(client)
    same("the answer", await client.force_save_collection(name), None)
    await refused(lambda: client.force_save_collection("no such"), "ServerError")


@sample("qdrant_create_collection, qdrant_list_collections and qdrant_get_collection")
async def qdrant(tour, client):
    name = tour.new_name()
    config = {"vectors": {"size": 3, "distance": "Cosine"}}
    await client.qdrant_create_collection(name, config)
    listed = await client.qdrant_list_collections()
    holds("it is listed", name in [one["name"] for one in listed["result"]["collections"]])
    same("its points", (await client.qdrant_get_collection(name))["result"]["points_count"], 0)
    same("its dimension", (await client.get_collection_info(name)).dimension, 3)
