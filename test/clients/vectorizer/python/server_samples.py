"""Samples on the server, and on names that the SDK does not have."""

from checks import close, holds, refused, same
from dialects import ANSWERS_WITH_OBJECTS, VERSION
from registry import sample


@sample("health_check")
async def health(tour, client):
    told = await client.health_check()
    same("the status", told["status"], "healthy")
    holds("a version", told["version"])


@sample("get_stats and get_status", first=(3, 3))
async def stats(tour, client):
    before = await client.get_stats()
    await tour.filled(client)
    after = await client.get_stats()
    same("the collections", after.collections - before.collections, 1)
    same("the vectors", after.total_vectors - before.total_vectors, 3)
    same("the compression", (after.default_quantization, after.compression_ratio), ("none", 1.0))
    status = await client.get_status()
    same("online", status.online, True)
    same("the count", status.collections_count, after.collections)
    same("the version", status.version, after.version)


@sample("get_indexing_progress")
async def progress(tour, client):
    name = await tour.filled(client)
    told = await client.get_indexing_progress()
    same("the status", told["overall_status"], "completed")
    one = next(one for one in told["collections"] if one["name"] == name)
    same("the collection's", (one["status"], one["progress"], one["errors"]), ("completed", 1.0, 0))


@sample("embed_text, the same for the same text")
async def embed(tour, client):
    first, again, other = [await client.embed_text(text) for text in ("brown fox", "brown fox", "income tax")]
    if not ANSWERS_WITH_OBJECTS:
        same("the text and the keys", (first["text"], first["dimension"]), ("brown fox", 512))
        holds("a model", first["model"])
        first, again, other = (answer["embedding"] for answer in (first, again, other))
    same("the dimension", len(first), 512)
    same("twice the same", first, again)
    holds("another text's is another", first != other)
    close("the length", [sum(value * value for value in first)], [1.0])
    await refused(lambda: client.embed_text(""), "ValidationError")


@sample("the guide's names are not the SDK's")
async def names(tour, client):
    for name in ("batch_delete", "batch_insert_text", "get_collection_stats"):
        await refused(lambda: getattr(client, name), "AttributeError", name)
    await refused(lambda: client.search("docs", "", limit=10000), "TypeError", "'SearchClient' object is not callable")


@sample("calls that came with 3.3 are missing before", last=(3, 2, 99))
async def later_names(tour, client):
    for name in ("delete_vector", "delete_by_filter", "insert_text", "list_vectors", "batch_update", "get_stats"):
        await refused(lambda: getattr(client, name), "AttributeError", name)


@sample("a base URL with a slash at its end, and a connection string")
async def addresses(tour, client):
    from vectorizer import VectorizerClient

    for options in ({"base_url": f"{tour.url}/"}, {"connection_string": tour.url}):
        async with VectorizerClient(**options) as other:
            same("the status", (await other.health_check())["status"], "healthy")


@sample("an API key is no hindrance where none is asked for")
async def api_key(tour, client):
    from vectorizer import VectorizerClient

    for key in ("any", "a.b.c"):
        async with VectorizerClient(base_url=tour.url, api_key=key) as other:
            same("the status", (await other.health_check())["status"], "healthy")
            holds("a list", isinstance(await other.list_collections(), list))


@sample("the version is one of those that the suite knows")
async def version(tour, client):
    same("the major version", VERSION[0], 3)
