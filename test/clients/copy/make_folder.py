"""Writes a Chroma folder with the installed version, and what its client reads of it: make_folder.py FOLDER EXPECTED.json [more]

`more`: what the recorded folders of test/copy/fixtures do not have.
"""
import json
import sys

import chromadb
from chromadb.config import Settings

folder, expected, *more = sys.argv[1:]
version = tuple(int(part) for part in chromadb.__version__.split(".")[:2])
settings = Settings(anonymized_telemetry=False, allow_reset=True, is_persistent=True, persist_directory=folder)
admin = chromadb.AdminClient(settings)
admin.create_tenant("other_tenant")
admin.create_database("other_database", tenant="other_tenant")
client = chromadb.PersistentClient(path=folder, settings=settings)
other = chromadb.PersistentClient(path=folder, settings=settings, tenant="other_tenant", database="other_database")


def vector(seed, dimension=4):
    return [((seed * 37 + index * 11) % 101 - 50) / 7 for index in range(dimension)]


def metadata(n):
    kinds = {"share": n / 4, "whole": float(n), "even": n % 2 == 0, "empty": "", "word": "é🦜", "big": 2**53 + 1}
    return {"n": n, **kinds} if n % 14 == 0 else {"n": n}


def fill(collection, first, last, dimension=4):
    for start in range(first, last, 7):
        numbers = list(range(start, min(start + 7, last)))
        collection.add(
            ids=[f"r{n}" for n in numbers],
            embeddings=[vector(n, dimension) for n in numbers],
            documents=[f"t{n}🦜" for n in numbers],
            metadatas=[metadata(n) for n in numbers],
        )


# sync_threshold is small: what is written last is in the log alone, as it is in a large collection
flushing = {"hnsw:batch_size": 5, "hnsw:sync_threshold": 15}

# all of it is in the log
fill(client.create_collection("waiting", metadata={"purpose": "log", "size": 3}), 0, 20)

for space in ("l2", "cosine", "ip"):
    collection = client.create_collection(f"flushed-{space}", metadata={"hnsw:space": space, **flushing})
    fill(collection, 0, 28)
    # in the index by now; some of what follows stays in the log
    collection.delete(ids=["r3", "r4", "r5"])
    fill(collection, 100, 114)
    collection.add(ids=["r4"], embeddings=[vector(404)], documents=["again"], metadatas=[{"again": True}])
    collection.update(ids=["r7"], embeddings=[vector(707)])
    collection.update(ids=["r8"], metadatas=[{"n": 88}])
    collection.upsert(ids=["r9", "new"], embeddings=[vector(909), vector(1)], documents=["upserted", "new"])
    collection.delete(ids=["r10", "r101"])
    collection.add(ids=["r11"], embeddings=[vector(1111)], documents=["not added"])

client.create_collection("empty")
plain = client.create_collection("plain")
plain.add(ids=["a/b %", "ü🦜"], embeddings=[[1.0, 0.0, 1e-30], [0.0, 0.0, 0.0]], uris=["file:///a", "file:///b"])
if version >= (1, 5):
    plain.add(ids=["lists"], embeddings=[[1.0, 2.0, 3.0]],
              metadatas=[{"words": ["a", "", "é"], "whole": [1, 2**53 + 1], "shares": [1.0, 2.5], "flags": [True, False]}])
fill(other.create_collection("elsewhere"), 0, 3, 2)

if more:
    # zero vectors in an index, whose length cannot be taken from them
    zeros = client.create_collection("zero-cosine", metadata={"hnsw:space": "cosine", **flushing})
    zeros.add(ids=["zero", "tiny"], embeddings=[[0.0] * 4, [1e-20, 0.0, -1e-20, 0.0]])
    fill(zeros, 0, 42)

found = []
for tenant, database, reader in (("default_tenant", "default_database", client), ("other_tenant", "other_database", other)):
    for collection in reader.list_collections():
        collection = reader.get_collection(collection if isinstance(collection, str) else collection.name)
        got = collection.get(include=["embeddings", "documents", "metadatas", "uris"])
        vectors = got["embeddings"] if got["embeddings"] is not None else []
        found.append({
            "tenant": tenant, "database": database, "name": collection.name, "metadata": collection.metadata,
            "records": [
                {
                    "id": id,
                    "embedding": [float(component) for component in vectors[at]],
                    "document": got["documents"][at] if got["documents"] else None,
                    "uri": got["uris"][at] if got.get("uris") else None,
                    "metadata": got["metadatas"][at] if got["metadatas"] else None,
                }
                for at, id in enumerate(got["ids"])
            ],
        })
with open(expected, "w") as file:
    json.dump(found, file)
