"""Every method of the Python client against a gateway.

`--names` prints the samples' names; a URL and the URL of the same root under a path run them, and print an outcome a line.
"""

import asyncio
import json
import sys
import traceback

from polyvec_vectorizer import VectorizerClient, VectorizerError

SAMPLES = {}


def sample(function):
    SAMPLES[function.__name__.replace("_", " ")] = function
    return function


def equal(actual, expected):
    assert actual == expected, f"{actual!r} is not {expected!r}"


async def error_of(call):
    try:
        await call
    except VectorizerError as error:
        return error
    raise AssertionError("nothing was raised")


async def filled(client, name):
    """A collection of four vectors along the axes."""
    await client.create_collection(name, dimension=4)
    for index, category in enumerate(["old", "old", "new", None]):
        vector = [float(axis == index) for axis in range(4)]
        metadata = {"page": index} if category is None else {"page": index, "category": category}
        await client.insert_vector(name, vector, id=f"v{index}", metadata=metadata)
    return name


async def ids(client, name):
    return [hit["id"] for hit in await client.search(name, "", limit=10000)]


@sample
async def health_check(client, name):
    equal((await client.health_check())["status"], "healthy")


@sample
async def create_collection(client, name):
    created = await client.create_collection(name, dimension=8, metric="euclidean", description="a test")
    equal((created["collection"], created["dimension"], created["metric"]), (name, 8, "euclidean"))
    error = await error_of(client.create_collection(name))
    equal((error.status, error.error_type), (409, "collection_already_exists"))


@sample
async def create_collection_with_defaults(client, name):
    await client.create_collection(name)
    info = await client.get_collection_info(name)
    equal((info["dimension"], info["similarity_metric"]), (512, "cosine"))


@sample
async def list_collections(client, name):
    await client.create_collection(name, dimension=4)
    assert name in [collection["name"] for collection in await client.list_collections()]


@sample
async def get_collection_info(client, name):
    await filled(client, name)
    info = await client.get_collection_info(name)
    equal((info["name"], info["vector_count"], info["dimension"]), (name, 4, 4))
    error = await error_of(client.get_collection_info("none"))
    equal(
        (error.status, error.error_type, error.message, error.details),
        (404, "collection_not_found", "Collection not found: none", {"collection_name": "none"}),
    )


@sample
async def get_collection_stats(client, name):
    await filled(client, name)
    equal((await client.get_collection_stats(name))["vector_count"], 4)


@sample
async def delete_collection(client, name):
    await filled(client, name)
    equal((await client.delete_collection(name))["status"], "deleted")
    equal((await error_of(client.get_collection_info(name))).status, 404)


@sample
async def insert_text(client, name):
    await client.create_collection(name, dimension=64)
    equal(await client.insert_text(name, "all about cats", id="cats", metadata={"n": 1, "tags": ["a"]}), "cats")
    generated = await client.insert_text(name, "all about dogs")
    assert len(generated) == 36, generated
    equal((await client.get_vector(name, "cats"))["payload"], {"n": 1, "tags": ["a"]})
    equal(await ids(client, name), ["cats", generated])


@sample
async def insert_vector(client, name):
    await client.create_collection(name, dimension=4)
    equal(await client.insert_vector(name, (0, 2, 0, 0), id="v", metadata={"n": 1.5}), "v")
    vector = await client.get_vector(name, "v")
    equal((vector["vector"], vector["metadata"]), ([0, 1, 0, 0], {"n": 1.5}))
    error = await error_of(client.insert_vector(name, [1.0]))
    equal((error.status, error.error_type), (400, "validation_error"))


@sample
async def batch_insert_text(client, name):
    await client.create_collection(name, dimension=64)
    inserted = await client.batch_insert_text(name, ["one", "two"], [{"n": 1}, None], ["a", None])
    equal((len(inserted), inserted[0]), (2, "a"))
    equal(await ids(client, name), inserted)
    error = await error_of(client.batch_insert_text(name, ["three", "four"], ids=["c", " bad "]))
    equal((error.status, error.error_type, error.details["ids"]), (200, "partial_failure", ["c"]))
    equal(await ids(client, name), [*inserted, "c"])


@sample
async def search_by_text(client, name):
    await client.create_collection(name, dimension=256)
    await client.batch_insert_text(name, ["the cat sat", "stock market news"], ids=["cat", "news"])
    hits = await client.search(name, "a cat", limit=1)
    equal([hit["id"] for hit in hits], ["cat"])
    assert hits[0]["score"] > 0, hits


@sample
async def search_by_vector(client, name):
    await filled(client, name)
    hits = await client.search(
        name, "", limit=3, similarity_threshold=0.5, vector=[0, 0, 1, 0], with_vector=True, with_payload=False
    )
    equal([(hit["id"], hit["vector"], hit["payload"]) for hit in hits], [("v2", [0, 0, 1, 0], None)])


@sample
async def search_by_filter(client, name):
    await filled(client, name)
    hits = await client.search(name, "", limit=10000, filter={"category": "old"})
    equal([hit["id"] for hit in hits], ["v0", "v1"])


@sample
async def search_beyond_a_hundred(client, name):
    await client.create_collection(name, dimension=8)
    inserted = await client.batch_insert_text(name, [f"text {number}" for number in range(150)])
    equal(await ids(client, name), inserted)
    equal(len(await client.search(name, "text")), 10)


@sample
async def get_vector(client, name):
    await filled(client, name)
    vector = await client.get_vector(name, "v3")
    equal((vector["id"], vector["vector"], vector["payload"]), ("v3", [0, 0, 0, 1], {"page": 3}))
    error = await error_of(client.get_vector(name, "v9"))
    equal((error.error_type, error.details), ("vector_not_found", {"vector_id": "v9"}))


@sample
async def update_vector(client, name):
    await filled(client, name)
    updated = await client.update_vector(name, "v0", vector=[0, 0, 0, 1], metadata={"category": None, "n": 1})
    equal((updated["id"], updated["vector"], updated["payload"]), ("v0", [0, 0, 0, 1], {"page": 0, "n": 1}))
    before = (await client.get_vector(name, "v1"))["vector"]
    await client.update_vector(name, "v1", text="another text")
    after = await client.get_vector(name, "v1")
    assert after["vector"] != before, after
    equal(after["payload"], {"page": 1, "category": "old"})
    equal((await error_of(client.update_vector(name, "v9", metadata={}))).status, 404)


@sample
async def batch_update(client, name):
    await filled(client, name)
    updates = [{"id": "v0", "payload": {"n": 1}}, {"id": "v1", "metadata": {"n": 2}}, {"id": "v9", "payload": {}}]
    report = await client.batch_update(name, updates)
    equal((report["updated"], report["failed"]), (2, 1))
    equal([row["status"] for row in report["results"]], ["ok", "ok", "error"])
    equal((await client.get_vector(name, "v0"))["payload"], {"n": 1})
    equal((await client.get_vector(name, "v1"))["payload"], {"page": 1, "category": "old", "n": 2})


@sample
async def delete_vector(client, name):
    await filled(client, name)
    equal(await client.delete_vector(name, "v0"), None)
    equal(await ids(client, name), ["v1", "v2", "v3"])
    error = await error_of(client.delete_vector(name, "v0"))
    equal((error.status, error.error_type, error.message), (404, "vector_not_found", "Vector not found: v0"))


@sample
async def delete_vectors_of_any_id(client, name):
    name = f"{name} ü:%.x"
    await client.create_collection(name, dimension=4)
    odd = ["a b", "ünï", "a/b", "100%", "a?x=1", "%2e%2e", "a+b", "../up", "'\"<>|\\", "move", "1/expiry"]
    for id in odd:
        equal(await client.insert_vector(name, [1, 0, 0, 0], id=id), id)
    for id in odd:
        equal((await client.get_vector(name, id))["id"], id)
        await client.delete_vector(name, id)
        assert id not in await ids(client, name), id


@sample
async def delete_one_part_of_a_long_text(client, name):
    await client.create_collection(name, dimension=8)
    equal(await client.insert_text(name, "words and words " * 300, id="long"), "long")
    parts = await ids(client, name)
    equal(parts[:2], ["long#0", "long#1"])
    await client.delete_vector(name, "long#0")
    equal(await ids(client, name), parts[1:])
    await client.delete_by_filter(name, {"parent_id": "long"})
    equal(await ids(client, name), [])


@sample
async def batch_delete(client, name):
    await filled(client, name)
    report = await client.batch_delete(name, ["v0", "v9", "v2"])
    equal((report["count"], report["deleted"], report["failed"]), (3, 2, 1))
    equal([row["status"] for row in report["results"]], ["ok", "error", "ok"])
    equal(await ids(client, name), ["v1", "v3"])


@sample
async def batch_delete_of_nothing(client, name):
    await filled(client, name)
    nothing = await client.batch_delete(name, [])
    equal((nothing["count"], nothing["deleted"], nothing["failed"]), (0, 0, 0))
    # the same keys as a report of the gateway's
    equal(set(nothing), set(await client.batch_delete(name, ["v0"])))


@sample
async def delete_by_filter(client, name):
    await filled(client, name)
    report = await client.delete_by_filter(name, {"category": "old", "page": {"$lt": 1}})
    equal((report["scanned"], report["matched"], report["deleted"]), (4, 1, 1))
    equal([row["id"] for row in report["results"]], ["v0"])
    equal((await client.delete_by_filter(name, {"category": None}))["deleted"], 0)
    for filter, kind in (({}, "validation_error"), (None, None), ({"page": {"$before": 1}}, "parse_error")):
        error = await error_of(client.delete_by_filter(name, filter))
        equal(error.status, 400)
        assert kind in (None, error.error_type), error
    equal(await ids(client, name), ["v1", "v2", "v3"])


@sample
async def many_calls_at_the_same_time(client, name):
    await client.create_collection(name, dimension=4)
    wanted = [f"v{number}" for number in range(20)]
    await asyncio.gather(*(client.insert_vector(name, [1, 0, 0, 0], id=id) for id in wanted))
    equal(sorted(await ids(client, name)), sorted(wanted))
    await asyncio.gather(*(client.delete_vector(name, id) for id in wanted))
    equal(await ids(client, name), [])


async def main(*urls):
    for number, url in enumerate(urls):
        async with VectorizerClient(url) as client:
            for name, run in SAMPLES.items():
                outcome = {"name": name, "url": number, "detail": ""}
                try:
                    await run(client, f"python_{number}_{run.__name__}")
                except Exception:
                    outcome["detail"] = traceback.format_exc()
                print(json.dumps(outcome), flush=True)


if sys.argv[1:] == ["--names"]:
    print(json.dumps(list(SAMPLES)))
else:
    asyncio.run(main(*sys.argv[1:]))
