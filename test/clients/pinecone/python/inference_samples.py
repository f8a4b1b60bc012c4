"""Samples on models, and on records that the gateway embeds."""

from checks import holds, refused, same
from dialects import MAJOR
from registry import sample

REST = ("rest",)
TEXTS = [
    {"_id": "fox", "chunk": "the quick brown fox jumps", "kind": "animal"},
    {"_id": "dog", "chunk": "the lazy brown dog sleeps", "kind": "animal"},
    {"_id": "tax", "chunk": "annual income tax return", "kind": "paper"},
]


def search(index, namespace, fields=None, **query):
    """Before 9 what is asked for is one argument; the hits as plain (id, fields)."""
    chosen = {} if fields is None else {"fields": fields}
    answer = index.search(namespace=namespace, **chosen, **({"query": query} if MAJOR < 9 else query))
    holds("no units", answer.usage.read_units > 0)
    return [(hit["_id"], dict(hit["fields"])) if MAJOR < 9 else (hit.id, dict(hit.fields)) for hit in answer.result.hits]


# before 9 the gRPC client has no calls for records
@sample("create_index_for_model, upsert_records and search", last=8, transports=REST)
@sample("create_index_for_model, upsert_records and search", first=9)
def records(tour):
    name = tour.new_name()
    embed = {"model": "polyvec-local", "field_map": {"text": "chunk"}}
    made = tour.client.create_index_for_model(name=name, cloud="aws", region="us-east-1", embed=embed)
    same("the model", (made.embed.model, dict(made.embed.field_map)), ("polyvec-local", {"text": "chunk"}))
    # by name, for a gRPC client sends these calls over REST: to a bare host with TLS, to the URL of the description without
    index = tour.client.Index(name)
    same("the dimension", index.describe_index_stats().dimension, 384)
    index.upsert_records(namespace="texts", records=TEXTS)
    same("the records", tour.stats(index, "texts"), 3)
    asked = {"text": "a brown fox"}
    best = search(index, "texts", top_k=1, inputs=asked, fields=["chunk"])
    same("the best", best, [("fox", {"chunk": "the quick brown fox jumps"})])
    papers = search(index, "texts", top_k=3, inputs=asked, filter={"kind": "paper"})
    same("with a filter", papers, [("tax", {"chunk": "annual income tax return", "kind": "paper"})])
    same("by id", [id for id, _ in search(index, "texts", top_k=2, id="dog")][0], "dog")
    same("the metadata", index.fetch(ids=["fox"], namespace="texts").vectors["fox"].metadata["kind"], "animal")


@sample("search of an index without a model is refused", transports=REST)
def no_model(tour):
    index = tour.index()
    index.upsert(vectors=[("a", [1.0, 2.0, 3.0])], namespace="no-model")
    refused(lambda: search(index, "no-model", top_k=1, inputs={"text": "a"}), "400")
    refused(lambda: index.upsert_records(namespace="no-model", records=TEXTS), "400")
    same("by id", [id for id, _ in search(index, "no-model", top_k=1, id="a")], ["a"])


@sample("an index gets a model by configure_index", last=8, transports=REST)
def configure_embed(tour):
    name = tour.make_index(dimension=384)
    tour.client.configure_index(name, embed={"model": "polyvec-local", "field_map": {"text": "chunk"}})
    same("the model", tour.client.describe_index(name).embed.model, "polyvec-local")
    index = tour.open(tour.host_of(name))
    index.upsert_records(namespace="texts", records=TEXTS)
    same("the best", [id for id, _ in search(index, "texts", top_k=1, inputs={"text": "income tax"})], ["tax"])


@sample("inference.embed", transports=REST)
def embed_texts(tour):
    options = {"input_type": "passage", "truncate": "END"}
    embed = tour.client.inference.embed
    found = embed(model="polyvec-local", inputs=["one", "two", "one"], parameters=options)
    same("the model", found.model, "polyvec-local")
    same("the dimensions", [len(one.values) for one in found.data], [384] * 3)
    first, second, third = (list(one.values) for one in found.data)
    holds("equal texts have different vectors", first == third)
    holds("different texts have equal vectors", first != second)
    holds("no usage", found.usage.total_tokens > 0)
    refused(lambda: embed(model="nobody", inputs=["one"], parameters=options), "404")


@sample("inference.rerank tells what it lacks", transports=REST)
def rerank(tour):
    call = tour.client.inference.rerank
    refused(lambda: call(model="bge-reranker-v2-m3", query="q", documents=["a", "b"]), "400", "POLYVEC_RERANK_URL")


@sample("inference.list_models and get_model", transports=REST)
def models(tour):
    inference = tour.client.inference
    holds("the local model is not listed", "polyvec-local" in [one.model for one in inference.list_models()])
    holds("it embeds not", "polyvec-local" in [one.model for one in inference.list_models(type="embed", vector_type="dense")])
    holds("it reranks", "polyvec-local" not in [one.model for one in inference.list_models(type="rerank")])

    def get(name):
        return inference.get_model(model=name) if MAJOR >= 9 else inference.get_model(model_name=name)

    told = get("polyvec-local")
    same("by name", (told.model, told.type, told.vector_type), ("polyvec-local", "embed", "dense"))
    refused(lambda: get("nobody"), "404")
