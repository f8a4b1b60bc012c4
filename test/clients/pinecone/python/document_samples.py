"""The three samples of the page "Delete records" as it prints them: programs that are run from their text. What a version or a
transport needs else is put into the text, so that what is not named here runs unchanged."""

import os

from checks import ids_of, refused, same
from dialects import MAJOR
from registry import sample

RECORDS = [
    {"id": "id-1", "values": [1.0, 0.0, 0.0], "metadata": {"genre": "comedy"}},
    {"id": "id-2", "values": [0.0, 1.0, 0.0], "metadata": {"genre": "documentary"}},
    {"id": "id-3", "values": [0.0, 0.0, 1.0], "metadata": {"genre": "documentary"}},
]

OPENING = """
from pinecone.grpc import PineconeGRPC as Pinecone

pc = Pinecone(api_key="YOUR_API_KEY")

index = pc.Index(host="INDEX_HOST")
"""

BY_ID = """
index.delete(ids=["id-1", "id-2"], namespace='example-namespace')
"""

BY_METADATA = """
index.delete(
    filter={
        "genre": {"$eq": "documentary"}
    },
    namespace="example-namespace"
)
"""

ALL = """
index.delete(delete_all=True, namespace='example-namespace')
"""


def opening(tour, host):
    text = OPENING.replace("INDEX_HOST", host)
    if tour.transport == "rest":
        text = text.replace("from pinecone.grpc import PineconeGRPC as Pinecone", "from pinecone import Pinecone")
    if MAJOR < 9 and tour.tls:
        text = text.replace('"YOUR_API_KEY"', f'"YOUR_API_KEY", ssl_ca_certs={os.environ["SSL_CERT_FILE"]!r}')
    elif MAJOR < 9 and tour.transport == "grpc":
        # the switch for plaintext of the whole client
        text = text.replace('"YOUR_API_KEY"', '"YOUR_API_KEY", ssl_verify=False')
    return text


def documented(title, program, left, tls):
    """Adds a sample: the program, run on the page's records, of which those are left."""

    @sample(title, tls=tls)
    def run(tour):
        host = tour.host_of(tour.make_index())
        index = tour.open(host)
        index.upsert(vectors=RECORDS, namespace="example-namespace")
        # a client reads from the environment whether to dial in plaintext: this tour's choice
        tour.choose_scheme()
        exec(opening(tour, host) + program, {})
        same("what is left", ids_of(index.list_paginated(namespace="example-namespace").vectors), left)
        same("the namespace", tour.stats(index, "example-namespace"), len(left))


for place, tls in [("the document", False), ("the document over TLS", True)]:
    documented(f"{place}: delete by id", BY_ID, ["id-3"], tls)
    documented(f"{place}: delete by metadata", BY_METADATA, ["id-1"], tls)
    documented(f"{place}: delete all records of a namespace", ALL, [], tls)


@sample("deletes in a namespace that never was are refused")
def delete_nowhere(tour):
    index = tour.index()
    # gRPC clients before 9 have one kind of error for everything
    told = ["Namespace not found"] if MAJOR < 9 and tour.transport == "grpc" else ["NotFound", "Namespace not found"]
    refused(lambda: index.delete(ids=["id-1"], namespace="nowhere"), *told)
    refused(lambda: index.delete(filter={"genre": "drama"}, namespace="nowhere"), *told)
    refused(lambda: index.delete(delete_all=True, namespace="nowhere"), *told)


@sample("deletes of nothing are refused")
def delete_nothing(tour):
    index = tour.index()
    index.upsert(vectors=RECORDS, namespace="deletes-of-nothing")
    refused(lambda: index.delete(namespace="deletes-of-nothing"))
    refused(lambda: index.delete(filter={}, namespace="deletes-of-nothing"), "empty" if MAJOR < 9 else "filter")
    same("what is left", tour.stats(index, "deletes-of-nothing"), 3)


@sample("ids that do not exist are deleted silently, again and again")
def delete_twice(tour):
    index = tour.index()
    index.upsert(vectors=RECORDS, namespace="twice")
    for _ in range(2):
        index.delete(ids=["id-1", "never"], namespace="twice")
    same("what is left", tour.stats(index, "twice"), 2)
