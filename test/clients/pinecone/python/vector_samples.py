"""Samples on records: what REST and gRPC both answer, in namespaces of the samples' own."""

from checks import close, ids_of, refused, same
from dialects import MAJOR
from pinecone import SparseValues, Vector
from registry import sample

RECORDS = [
    Vector(id="id-1", values=[1.0, 0.0, 0.0], metadata={"genre": "comedy", "year": 2020, "seen": True}),
    Vector(id="id-2", values=[0.0, 1.0, 0.0], metadata={"genre": "documentary", "year": 2021}),
    Vector(id="id-3", values=[0.0, 0.0, 1.0], metadata={"genre": "documentary", "year": 2022, "tags": ["a", "b"]}),
]


def filled(tour, namespace, **options):
    """An index whose namespace holds the records; samples that share an index name another namespace."""
    index = tour.index(**options)
    same("the count", index.upsert(vectors=RECORDS, namespace=namespace).upserted_count, 3)
    return index


def found(index, namespace, **question):
    return ids_of(index.query(namespace=namespace, **{"vector": [1.0, 1.0, 1.0], "top_k": 10, **question}).matches)


@sample("upsert of tuples, dictionaries and objects, and fetch")
def upsert_and_fetch(tour):
    index = tour.index()
    written = index.upsert(
        vectors=[
            ("tuple", [0.1, 0.2, 0.3]),
            ("with metadata", [1.5, -2.25, 3.0], {"a": "ß", "n": 1.5, "list": [], "漢字": "🦊"}),
        ],
        namespace="forms",
    )
    same("the count", written.upserted_count, 2)
    index.upsert(vectors=[{"id": "dictionary", "values": [1.0, 2.0, 3.0], "metadata": {"n": 7}}], namespace="forms")
    index.upsert(vectors=[Vector(id="object", values=[3.0, 2.0, 1.0])], namespace="forms")
    ids = ["tuple", "with metadata", "dictionary", "object", "missing"]
    answer = index.fetch(ids=ids, namespace="forms")
    same("the namespace", answer.namespace, "forms")
    same("the ids", sorted(answer.vectors), sorted(ids[:4]))
    for actual, expected in zip(answer.vectors["tuple"].values, [0.1, 0.2, 0.3]):
        close("a value", actual, expected)
    same("the values", list(answer.vectors["with metadata"].values), [1.5, -2.25, 3.0])
    same("the metadata", answer.vectors["with metadata"].metadata, {"a": "ß", "n": 1.5, "list": [], "漢字": "🦊"})
    same("no metadata", answer.vectors["object"].metadata or None, None)
    same("the units", answer.usage.read_units, 1)


@sample("an upsert replaces the whole record")
def upsert_replaces(tour):
    index = filled(tour, "replaced")
    index.upsert(vectors=[("id-1", [0.0, 0.5, 0.5])], namespace="replaced")
    record = index.fetch(ids=["id-1"], namespace="replaced").vectors["id-1"]
    same("the values", list(record.values), [0.0, 0.5, 0.5])
    same("the metadata", record.metadata or None, None)


@sample("upsert in batches")
def upsert_batches(tour):
    index = tour.index()
    vectors = [(f"b{number}", [1.0, float(number), 0.0]) for number in range(25)]
    written = index.upsert(vectors=vectors, namespace="batches", batch_size=10, show_progress=False)
    same("the count", written.upserted_count, 25)
    same("the records", tour.stats(index, "batches"), 25)


@sample("a thousand records in one request, fetched in one request")
def thousand(tour):
    index = tour.index()
    ids = [f"vector-{number:04}" for number in range(1000)]
    index.upsert(vectors=[(id, [1.0, float(at), 0.5]) for at, id in enumerate(ids)], namespace="thousand")
    vectors = index.fetch(ids=ids, namespace="thousand").vectors
    same("the ids", sorted(vectors), ids)
    same("the last", list(vectors["vector-0999"].values), [1.0, 999.0, 0.5])
    same("the best of them", len(found(index, "thousand", top_k=1000)), 1000)


@sample("query by vector, with values and metadata")
def query(tour):
    index = filled(tour, "query")
    answer = index.query(vector=[1.0, 0.1, 0.0], top_k=2, namespace="query", include_values=True, include_metadata=True)
    same("the ids", ids_of(answer.matches), ["id-1", "id-2"])
    close("the first score", answer.matches[0].score, 1 / 1.01**0.5)
    close("the second score", answer.matches[1].score, 0.1 / 1.01**0.5)
    same("the values", list(answer.matches[0].values), [1.0, 0.0, 0.0])
    same("the metadata", answer.matches[0].metadata, {"genre": "comedy", "year": 2020, "seen": True})
    same("the namespace", answer.namespace, "query")
    assert answer.usage.read_units > 0, answer.usage
    bare = index.query(vector=[1.0, 0.1, 0.0], top_k=1, namespace="query").matches[0]
    same("neither values nor metadata", (list(bare.values or []), bare.metadata or None), ([], None))


@sample("query by id")
def query_by_id(tour):
    index = filled(tour, "by-id")
    answer = index.query(id="id-2", top_k=1, namespace="by-id")
    same("the ids", ids_of(answer.matches), ["id-2"])
    close("the score", answer.matches[0].score, 1)
    same("of an id that does not exist", ids_of(index.query(id="nobody", top_k=1, namespace="by-id").matches), [])


@sample("query in a namespace that never was")
def query_nowhere(tour):
    same("the ids", found(tour.index(), "never-was"), [])


@sample("every operator of the filter language")
def filters(tour):
    index = filled(tour, "filters")

    def match(filter):
        return sorted(found(index, "filters", filter=filter))

    same("a value", match({"genre": "documentary"}), ["id-2", "id-3"])
    same("$eq", match({"seen": {"$eq": True}}), ["id-1"])
    same("$ne", match({"genre": {"$ne": "comedy"}}), ["id-2", "id-3"])
    same("$gt", match({"year": {"$gt": 2021}}), ["id-3"])
    same("$gte", match({"year": {"$gte": 2021}}), ["id-2", "id-3"])
    same("$lt", match({"year": {"$lt": 2021}}), ["id-1"])
    same("$lte", match({"year": {"$lte": 2021}}), ["id-1", "id-2"])
    same("$in", match({"tags": {"$in": ["b", "z"]}}), ["id-3"])
    same("$nin", match({"year": {"$nin": [2020, 2022]}}), ["id-2"])
    same("$exists", match({"tags": {"$exists": False}}), ["id-1", "id-2"])
    same("$and", match({"$and": [{"genre": "documentary"}, {"year": {"$lt": 2022}}]}), ["id-2"])
    same("$or", match({"$or": [{"year": 2020}, {"tags": "a"}]}), ["id-1", "id-3"])
    same("an empty one", match({}), ["id-1", "id-2", "id-3"])


@sample("euclidean scores are squared distances, the nearest first")
def euclidean(tour):
    index = filled(tour, "squares", metric="euclidean")
    matches = index.query(vector=[1.0, 0.0, 2.0], top_k=3, namespace="squares").matches
    same("the ids", ids_of(matches), ["id-3", "id-1", "id-2"])
    for match, expected in zip(matches, [2, 4, 6]):
        close("the score", match.score, expected)


@sample("query_namespaces merges the answers")
def query_namespaces(tour):
    index = tour.index()
    for at, namespace in enumerate(["merged-1", "merged-2", "merged-3"]):
        index.upsert(vectors=[(f"in-{namespace}", [1.0, float(at), 0.0])], namespace=namespace)
    answer = index.query_namespaces(
        vector=[1.0, 2.0, 0.0], namespaces=["merged-1", "merged-2", "merged-3"], metric="cosine", top_k=2, include_values=True
    )
    same("the ids", ids_of(answer.matches), ["in-merged-3", "in-merged-2"])
    same("the values", list(answer.matches[0].values), [1.0, 2.0, 0.0])
    assert answer.usage.read_units >= 3, answer.usage


@sample("sparse values beside dense ones")
def hybrid(tour):
    index = tour.index(metric="dotproduct")
    sparse = SparseValues(indices=[7, 4294967295], values=[0.5, 0.25])
    index.upsert(
        vectors=[Vector(id="a", values=[1.0, 0.0, 0.0], sparse_values=sparse), Vector(id="b", values=[1.0, 0.0, 0.0])],
        namespace="hybrid",
    )
    asked = {"indices": [4294967295], "values": [4.0]}
    matches = index.query(vector=[1.0, 0.0, 0.0], sparse_vector=asked, top_k=2, namespace="hybrid", include_values=True).matches
    same("the ids", ids_of(matches), ["a", "b"])
    close("the score", matches[0].score, 2)
    same("the indices", list(matches[0].sparse_values.indices), [7, 4294967295])
    same("the values", list(matches[0].sparse_values.values), [0.5, 0.25])
    index.update(id="b", sparse_values={"indices": [9], "values": [3.0]}, namespace="hybrid")
    fetched = index.fetch(ids=["b"], namespace="hybrid").vectors["b"]
    same("the new indices", list(fetched.sparse_values.indices), [9])
    same("the old values", list(fetched.values), [1.0, 0.0, 0.0])


@sample("a sparse index")
def sparse_index(tour):
    index = tour.index(metric="dotproduct", vector_type="sparse", dimension=None)
    index.upsert(
        vectors=[
            Vector(id="a", sparse_values=SparseValues(indices=[1, 2], values=[1.0, 2.0])),
            Vector(id="b", sparse_values=SparseValues(indices=[3], values=[1.0])),
        ],
        namespace="sparse",
    )
    matches = index.query(sparse_vector={"indices": [2], "values": [0.5]}, top_k=5, namespace="sparse").matches
    same("the ids", ids_of(matches), ["a"])
    close("the score", matches[0].score, 1)
    same("the dimension", index.describe_index_stats().dimension or None, None)


@sample("update of values, and of metadata")
def update(tour):
    index = filled(tour, "update")
    index.update(id="id-1", values=[0.0, 0.5, 0.5], namespace="update")
    index.update(id="id-1", set_metadata={"year": 1999, "new": "yes"}, namespace="update")
    record = index.fetch(ids=["id-1"], namespace="update").vectors["id-1"]
    same("the values", list(record.values), [0.0, 0.5, 0.5])
    same("the metadata", record.metadata, {"genre": "comedy", "year": 1999, "seen": True, "new": "yes"})


@sample("update of an id that does not exist makes nothing")
def update_missing(tour):
    index = filled(tour, "update-missing")
    index.update(id="missing", set_metadata={"a": 1}, namespace="update-missing")
    same("the records", tour.stats(index, "update-missing"), 3)


@sample("update by metadata, after a dry run", first=8)
def update_by_metadata(tour):
    index = filled(tour, "update-many")
    wanted = {"filter": {"genre": "documentary"}, "set_metadata": {"genre": "film"}, "namespace": "update-many"}
    same("what a dry run matches", index.update(dry_run=True, **wanted).matched_records, 2)
    same("what it changes", found(index, "update-many", filter={"genre": "film"}), [])
    same("what matches", index.update(**wanted).matched_records, 2)
    same("what is changed", found(index, "update-many", filter={"genre": "film"}), ["id-2", "id-3"])


@sample("fetch_by_metadata, page by page", first=8)
def fetch_by_metadata(tour):
    index = filled(tour, "fetch-many")
    filter = {"genre": "documentary"}
    first = index.fetch_by_metadata(filter=filter, namespace="fetch-many", limit=1)
    same("the first page", list(first.vectors), ["id-2"])
    same("the values", list(first.vectors["id-2"].values), [0.0, 1.0, 0.0])
    token = first.pagination.next
    second = index.fetch_by_metadata(filter=filter, namespace="fetch-many", limit=1, pagination_token=token)
    same("the second page", list(second.vectors), ["id-3"])
    same("no third page", second.pagination and second.pagination.next or None, None)


@sample("list and list_paginated")
def list_ids(tour):
    index = tour.index()
    ids = [f"list-{number}" for number in range(5)]
    index.upsert(vectors=[(id, [1.0, 2.0, 3.0]) for id in [*ids, "other"]], namespace="list")
    # before 9 a page is a list of ids
    parts = index.list(prefix="list-", limit=2, namespace="list")
    pages = [page if isinstance(page, list) else ids_of(page.vectors) for page in parts]
    same("the pages", pages, [ids[:2], ids[2:4], ids[4:]])
    first = index.list_paginated(prefix="list-", limit=3, namespace="list")
    same("the first page", ids_of(first.vectors), ids[:3])
    second = index.list_paginated(prefix="list-", limit=3, namespace="list", pagination_token=first.pagination.next)
    same("the second page", ids_of(second.vectors), ids[3:])
    same("no third page", second.pagination and second.pagination.next or None, None)


@sample("describe_index_stats, and with a filter")
def stats(tour):
    index = filled(tour, "stats")
    told = index.describe_index_stats()
    same("the dimension", told.dimension, 3)
    same("the count", told.namespaces["stats"].vector_count, 3)
    same("the total", told.total_vector_count, sum(one.vector_count for one in told.namespaces.values()))
    counted = index.describe_index_stats(filter={"genre": "documentary"})
    same("the count by a filter", counted.namespaces["stats"].vector_count, 2)


@sample("describe_index_stats tells the metric and the kind of vectors", transports=("rest",))
def stats_of_kind(tour):
    # gRPC clients before 9 leave them out of their answers
    dense = tour.index().describe_index_stats()
    same("of a dense index", (dense.metric, dense.vector_type), ("cosine", "dense"))
    sparse = tour.index(metric="dotproduct", vector_type="sparse", dimension=None).describe_index_stats()
    same("of a sparse index", (sparse.metric, sparse.vector_type), ("dotproduct", "sparse"))


@sample("the default namespace has two names")
def default_namespace(tour):
    index = tour.index(tags={"for": "the default namespace"})
    index.upsert(vectors=RECORDS)
    same("without a name", sorted(found(index, "")), ["id-1", "id-2", "id-3"])
    same("by its alias", sorted(found(index, "__default__")), ["id-1", "id-2", "id-3"])
    index.delete(ids=["id-1"], namespace="__default__")
    same("what is left", sorted(index.fetch(ids=["id-1", "id-2"]).vectors), ["id-2"])


@sample("namespaces: list, describe and delete")
def namespaces(tour):
    index = filled(tour, "kept", tags={"for": "namespaces"})
    index.upsert(vectors=RECORDS[:1], namespace="removed")
    page = index.list_namespaces_paginated(limit=1)
    same("the first page", [one.name for one in page.namespaces], ["kept"])
    rest = index.list_namespaces_paginated(limit=1, pagination_token=page.pagination.next)
    same("the second page", [one.name for one in rest.namespaces], ["removed"])
    # before 9 they come one by one, later page by page
    all_of_them = [one for part in index.list_namespaces() for one in (part.namespaces if MAJOR >= 9 else [part])]
    same("all names", [one.name for one in all_of_them], ["kept", "removed"])
    same("the count", int(tour.namespace_call(index.describe_namespace, "kept").record_count), 3)
    tour.namespace_call(index.delete_namespace, "removed")
    same("what is left", [one.name for one in index.list_namespaces_paginated().namespaces], ["kept"])
    refused(lambda: tour.namespace_call(index.describe_namespace, "removed"), "not found")


@sample("create_namespace", first=8)
def create_namespace(tour):
    index = tour.index()
    made = index.create_namespace(name="made")
    same("the name", made.name, "made")
    same("the count", int(made.record_count or 0), 0)
    same("it is counted", tour.stats(index, "made"), 0)
    refused(lambda: index.create_namespace(name="made"), "already exists")


@sample("create_namespace with a schema", first=9)
def create_namespace_with_schema(tour):
    # version 8's own REST client refuses the dictionary that its documentation shows, and its gRPC client drops what is answered
    index = tour.index()
    made = index.create_namespace(name="with-schema", schema={"fields": {"genre": {"filterable": True}}})
    same("the schema", made.schema.fields["genre"].filterable, True)
    told = index.describe_namespace(name="with-schema")
    same("the schema, told again", told.schema.fields["genre"].filterable, True)


@sample("namespaces are listed by prefix, with their number", first=10)
def namespaces_by_prefix(tour):
    index = tour.index()
    for name in ["prefix-1", "prefix-2"]:
        index.upsert(vectors=RECORDS[:1], namespace=name)
    page = index.list_namespaces_paginated(prefix="prefix-", limit=1)
    same("the first page", [one.name for one in page.namespaces], ["prefix-1"])
    same("their number", page.total_count, 2)
    assert int(page.namespaces[0].size_bytes) > 0, page


# gRPC clients from 9 on keep no headers
@sample("answers carry the counter of writes", first=9, transports=("rest",))
@sample("answers carry the counter of writes", first=8, last=8)
def write_counter(tour):
    index = tour.index()

    def header(answer, name):
        information = answer._response_info["raw_headers"] if MAJOR < 9 else answer.response_info.raw_headers
        return information[f"x-pinecone-{name}"]

    written = index.upsert(vectors=RECORDS, namespace="counter")
    same("the counter", header(written, "request-lsn"), "1")
    read = index.query(vector=[1.0, 0.0, 0.0], top_k=1, namespace="counter")
    same("what a query sees", header(read, "max-indexed-lsn"), "1")
    same("the next", header(index.upsert(vectors=RECORDS, namespace="counter"), "request-lsn"), "2")


@sample("requests that are wrong are refused, and change nothing")
def wrong(tour):
    index = filled(tour, "wrong")
    dimension = "Vector dimension 2 does not match the dimension of the index 3"
    refused(lambda: index.upsert(vectors=[("new", [1.0, 2.0, 3.0]), ("x", [1.0, 2.0])], namespace="wrong"), dimension)
    refused(lambda: index.query(vector=[1.0, 2.0], top_k=1, namespace="wrong"), dimension)
    refused(lambda: index.upsert(vectors=[("x", [0.0, 0.0, 0.0])], namespace="wrong"), "at least one non-zero value")
    refused(lambda: found(index, "wrong", filter={"year": {"$wrong": 1}}), "$wrong")
    refused(lambda: found(index, "wrong", top_k=10001))
    sparse = {"indices": [1], "values": [1.0]}
    refused(lambda: found(index, "wrong", sparse_vector=sparse), "does not support sparse values")
    same("the records", tour.stats(index, "wrong"), 3)


@sample("calls that run at once", transports=("grpc",))
def at_once(tour):
    index = tour.index()
    # before 9 an argument asks for a future, later a method of its own
    options = {"async_req": True} if MAJOR < 9 else {}
    suffix = "" if MAJOR < 9 else "_async"

    def start(verb, **arguments):
        return getattr(index, verb + suffix)(namespace="at-once", **arguments, **options)

    vectors = [(f"at-once-{at}", [1.0, float(at), 0.0]) for at in range(20)]
    writes = [start("upsert", vectors=[vector]) for vector in vectors]
    same("the counts", [write.result().upserted_count for write in writes], [1] * 20)
    reads = [start("query", vector=values, top_k=1) for _, values in vectors]
    same("the answers", [ids_of(read.result().matches) for read in reads], [[id] for id, _ in vectors])
    same("a fetch", list(start("fetch", ids=["at-once-3"]).result().vectors), ["at-once-3"])
    start("update", id="at-once-3", set_metadata={"n": 3}).result()
    same("an update", found(index, "at-once", filter={"n": 3}), ["at-once-3"])
    start("delete", ids=[id for id, _ in vectors[1:]]).result()
    same("what is left", tour.stats(index, "at-once"), 1)
