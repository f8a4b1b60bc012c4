"""Samples of the clients for asyncio, which speak REST."""

import asyncio

import pinecone
from checks import ids_of, same
from dialects import MAJOR, SERVERLESS
from registry import sample


def asynchronous(name, **needs):
    """A sample that is a coroutine, of a tour and of a client for asyncio."""

    def add(coroutine):
        async def run(tour):
            # from 9 on PineconeAsyncio is another name of it
            client = pinecone.AsyncPinecone if MAJOR >= 9 else pinecone.PineconeAsyncio
            async with client(api_key="YOUR_API_KEY", host=tour.url) as connected:
                await coroutine(tour, connected)

        sample(name, transports=("rest",), **needs)(lambda tour: asyncio.run(run(tour)))
        return coroutine

    return add


@asynchronous("asyncio: create_index, describe_index, list_indexes and delete_index")
async def control(tour, client):
    name = tour.new_name()
    made = await client.create_index(name=name, dimension=3, metric="cosine", spec=SERVERLESS, tags={"a": "b"})
    same("the name", made.name, name)
    same("the dimension", (await client.describe_index(name)).dimension, 3)
    same("it is listed", name in (await client.list_indexes()).names(), True)
    await client.configure_index(name, deletion_protection="enabled")
    same("the protection", (await client.describe_index(name)).deletion_protection, "enabled")
    await client.configure_index(name, deletion_protection="disabled")
    await client.delete_index(name)
    same("it is gone", await client.has_index(name), False)


@asynchronous("asyncio: upsert, query, fetch, update, list and delete")
async def vectors(tour, client):
    host = tour.host_of(tour.make_index())
    async with client.IndexAsyncio(host=host) as index:
        records = [(f"id-{at}", [1.0, float(at), 0.0], {"at": at}) for at in range(10)]
        answers = await asyncio.gather(*(index.upsert(vectors=[record], namespace="ns") for record in records))
        same("the counts", [answer.upserted_count for answer in answers], [1] * 10)
        reads = await asyncio.gather(*(index.query(vector=values, top_k=1, namespace="ns") for _, values, _ in records))
        same("the answers", [ids_of(read.matches) for read in reads], [[id] for id, _, _ in records])
        await index.update(id="id-3", set_metadata={"at": 33}, namespace="ns")
        fetched = await index.fetch(ids=["id-3"], namespace="ns")
        same("the metadata", fetched.vectors["id-3"].metadata, {"at": 33})
        await index.delete(filter={"at": {"$lt": 5}}, namespace="ns")
        page = await index.list_paginated(namespace="ns")
        same("what is left", ids_of(page.vectors), ["id-3", *(f"id-{at}" for at in range(5, 10))])
        stats = await index.describe_index_stats()
        same("the count", stats.namespaces["ns"].vector_count, 6)
        await index.delete(delete_all=True, namespace="ns")
        same("none", (await index.describe_index_stats()).total_vector_count, 0)


@asynchronous("asyncio: namespaces, records and backups")
async def records(tour, client):
    name = tour.new_name()
    embed = {"model": "polyvec-local", "field_map": {"text": "chunk"}}
    await client.create_index_for_model(name=name, cloud="aws", region="us-east-1", embed=embed)
    async with client.IndexAsyncio(host=tour.host_of(name)) as index:
        texts = [{"_id": "fox", "chunk": "the quick brown fox"}, {"_id": "tax", "chunk": "income tax return"}]
        await index.upsert_records(namespace="texts", records=texts)
        wanted = {"top_k": 1, "inputs": {"text": "brown fox"}}
        answer = await index.search(namespace="texts", **({"query": wanted} if MAJOR < 9 else wanted))
        same("the best", [hit["_id"] if MAJOR < 9 else hit.id for hit in answer.result.hits], ["fox"])
        page = await index.list_namespaces_paginated()
        same("the namespaces", [one.name for one in page.namespaces], ["texts"])
        backup = await client.create_backup(index_name=name, backup_name="nightly", description="")
        same("the backups", [one.backup_id for one in await client.list_backups(index_name=name)], [backup.backup_id])
        await client.create_index_from_backup(name=f"{name}-r", backup_id=backup.backup_id)
        await (index.delete_namespace(name="texts") if MAJOR >= 9 else index.delete_namespace(namespace="texts"))
        same("none", (await index.describe_index_stats()).total_vector_count, 0)
    async with client.IndexAsyncio(host=tour.host_of(f"{name}-r")) as restored:
        same("the copy", (await restored.describe_index_stats()).namespaces["texts"].vector_count, 2)
