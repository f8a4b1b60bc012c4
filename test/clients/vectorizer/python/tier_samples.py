"""Samples on moving vectors, on expiry and on indexes: calls that came with 3.3."""

from checks import refused, same
from dialects import RECORDS, fetched
from models import ReindexParams
from registry import sample


@sample("move_to_collection", first=(3, 3))
async def move(tour, client):
    source, destination = await tour.filled(client), tour.new_name()
    await client.create_collection(destination, dimension=3)
    report = await client.move_to_collection(source, destination, ["a", "no such"])
    same("the report", (report.src, report.dst, report.requested, report.moved, report.failed), (source, destination, 2, 1, 1))
    same("the rows", [row.status for row in report.results], ["ok", "missing_in_src"])
    same("the counts", (await tour.count(client, source), await tour.count(client, destination)), (2, 1))
    same("the metadata", fetched(await client.get_vector(destination, "a"))[2], RECORDS[0].metadata)
    await refused(lambda: client.move_to_collection(source, source, ["b"]), "ValidationError")


@sample("copy_vectors", first=(3, 3))
async def copy(tour, client):
    source, destination = await tour.filled(client), tour.new_name()
    await client.create_collection(destination, dimension=3)
    report = await client.copy_vectors(source, destination, ["a", "b", "no such"])
    same("the report", (report.requested, report.copied, report.failed), (3, 2, 1))
    same("the rows", [row.status for row in report.results], ["ok", "ok", "missing_in_src"])
    same("the counts", (await tour.count(client, source), await tour.count(client, destination)), (3, 2))


@sample("bulk_update_metadata merges a patch", first=(3, 3))
async def bulk_update(tour, client):
    name = await tour.filled(client)
    report = await client.bulk_update_metadata(name, {"topic": "query"}, {"year": None, "done": True})
    same("the report", (report.scanned, report.matched, report.updated), (3, 2, 2))
    same("patched", fetched(await client.get_vector(name, "b"))[2], {"topic": "query", "done": True})
    same("left alone", fetched(await client.get_vector(name, "a"))[2], RECORDS[0].metadata)


@sample("set_vector_expiry", first=(3, 3))
async def expiry(tour, client):
    name = await tour.filled(client)
    far = 4102444800000
    same("the answer", await client.set_vector_expiry(name, "a", far), None)
    same("the payload", fetched(await client.get_vector(name, "a"))[2]["__expires_at"], far)
    await client.set_vector_expiry(name, "a", None)
    same("cleared", fetched(await client.get_vector(name, "a"))[2], RECORDS[0].metadata)
    await refused(lambda: client.set_vector_expiry(name, "no such", far), "ServerError")


@sample("set_collection_ttl", first=(3, 3))
async def ttl(tour, client):
    name = await tour.filled(client)
    for seconds in (3600, None):
        same("the answer", await client.set_collection_ttl(name, seconds), None)
    same("the count", await tour.count(client, name), 3)


@sample("reindex_collection", first=(3, 3))
async def reindex(tour, client):
    name = await tour.filled(client)
    job = await client.reindex_collection(name, ReindexParams(m=8, ef_construction=100, ef_search=50))
    same("the job", (job.collection, job.state, job.progress), (name, "completed", 1.0))
    same("the count", await tour.count(client, name), 3)


@sample("reencode_collection", first=(3, 3))
async def reencode(tour, client):
    name = await tour.filled(client)
    job = await client.reencode_collection(name, "fp32")
    same("the job", (job.collection, job.state, job.target_encoding), (name, "completed", "fp32"))
