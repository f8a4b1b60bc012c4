"""Every Python sample of the three seed documents (the usage guide, "get records", "delete records"), and a tour of the calls around
them. A sample is a function that asserts what it sees; `nearest` says what stands in for a call that no released client has."""

import asyncio
import struct
import uuid

IDS = ["id1", "id2", "id3"]
EMBEDDINGS = [[1.1, 2.3, 3.2], [4.5, 6.9, 4.4], [1.1, 2.3, 3.2]]
CHAPTERS = [
    {"chapter": "3", "verse": "16"},
    {"chapter": "3", "verse": "5"},
    {"chapter": "29", "verse": "11"},
]
DOCUMENTS = ["lorem ipsum...", "doc2", "doc3"]

SAMPLES = []


def sample(name, nearest=None):
    """Adds a function to the samples, under a name that is the same for every version."""

    def add(function):
        SAMPLES.append((name, nearest, function))
        return function

    return add


def embed(text):
    """Letters as a vector: small, deterministic, and different for different texts."""
    sums = [sum(ord(letter) % 32 for letter in text[start::2]) for start in (0, 1)]
    return [float(len(text)), float(sums[0]), float(sums[1])]


def float32(lists):
    """Older clients give lists of the decimals that were sent over the wire, newer ones arrays of numpy's."""
    return [[struct.unpack("<f", struct.pack("<f", number))[0] for number in one] for one in lists]


def rejects(work, *words):
    try:
        work()
    except Exception as error:  # every version has classes of its own
        text = f"{type(error).__name__}: {error}".lower()
        assert any(word in text for word in words), text
        return
    raise AssertionError("it was answered as if it were fine")


def new_name():
    return f"c{uuid.uuid4().hex[:12]}"


class Context:
    """What a sample may use: a client, the letters' embedding function, and facts about the version."""

    def __init__(self, chromadb, client, host, port):
        self.chromadb, self.client, self.host, self.port = chromadb, client, host, port
        self.version = tuple(int(part) for part in chromadb.__version__.split(".")[:3])
        self.v1 = self.version < (0, 5, 16)
        self.embedding_function = embedding_function(chromadb)

    def create(self, name=None, **options):
        return self.client.create_collection(
            name=name or new_name(), embedding_function=self.embedding_function, **options
        )

    def filled(self, name=None):
        collection = self.create(name)
        collection.add(ids=IDS, embeddings=EMBEDDINGS, metadatas=CHAPTERS, documents=DOCUMENTS)
        return collection


def embedding_function(chromadb):
    from chromadb.api.types import EmbeddingFunction

    class Letters(EmbeddingFunction):
        def __init__(self):
            pass

        def __call__(self, input):
            return [embed(text) for text in input]

        @staticmethod
        def name():
            return "letters"

        def get_config(self):
            return {}

        @staticmethod
        def build_from_config(config):
            return Letters()

    return Letters()


@sample("usage guide: PersistentClient", nearest="HttpClient: the server keeps the files")
def persistent(context):
    assert context.client.heartbeat() > 1e18


@sample("usage guide: heartbeat and reset")
def heartbeat_and_reset(context):
    assert context.client.heartbeat() > 1e18
    context.create("before_reset")
    assert context.client.reset() is True
    assert len(context.client.list_collections()) == 0


@sample("usage guide: HttpClient")
def http_client(context):
    client = context.chromadb.HttpClient(host=context.host, port=context.port)
    assert client.heartbeat() > 1e18


@sample("usage guide: AsyncHttpClient", nearest="HttpClient, before 0.5.1")
def async_client(context):
    if not hasattr(context.chromadb, "AsyncHttpClient"):
        assert context.version < (0, 5, 1)
        http_client(context)
        return

    async def run():
        client = await context.chromadb.AsyncHttpClient(host=context.host, port=context.port)
        collection = await client.create_collection(
            name=new_name(), embedding_function=context.embedding_function
        )
        await collection.add(documents=["hello world"], ids=["id1"])
        got = await collection.get()
        assert got["ids"] == ["id1"] and got["documents"] == ["hello world"]

    asyncio.run(run())


@sample("usage guide: create_collection and get_collection with an embedding function")
def create_and_get(context):
    made = context.create("my_collection")
    found = context.client.get_collection(
        name="my_collection", embedding_function=context.embedding_function
    )
    assert found.id == made.id


@sample("usage guide: get_collection, get_or_create_collection, delete_collection")
def get_or_create(context):
    options = {"name": "test", "embedding_function": context.embedding_function}
    rejects(lambda: context.client.get_collection(**options), "does not exist", "not found")
    made = context.client.get_or_create_collection(**options)
    assert context.client.get_or_create_collection(**options).id == made.id
    context.client.delete_collection(name="test")
    rejects(lambda: context.client.get_collection(**options), "does not exist", "not found")


@sample("usage guide: peek, count and modify")
def peek_count_modify(context):
    collection = context.filled()
    assert collection.count() == 3
    peeked = collection.peek()
    assert peeked["ids"] == IDS
    assert float32(peeked["embeddings"]) == float32(EMBEDDINGS)
    name = new_name()
    collection.modify(name=name)
    assert context.client.get_collection(name, embedding_function=context.embedding_function).count() == 3


@sample("usage guide: hnsw:space")
def spaces(context):
    expected = {"l2": [0.0, 7.25], "ip": [-10.0, -4.0], "cosine": [0.0, 0.001031518]}
    for space, distances in expected.items():
        collection = context.create(metadata={"hnsw:space": space})
        collection.add(ids=["a", "b"], embeddings=[[1, 2], [2, 4.5]])
        result = collection.query(query_embeddings=[[1, 2]], n_results=2)
        for got, wanted in zip(result["distances"][0], distances):
            assert abs(got - wanted) < 1e-5, (space, got)


@sample("usage guide: bulk_upsert", nearest="upsert, batch by batch: bulk_upsert never shipped")
def bulk_upsert(context):
    collection = context.create()
    for at in (0, 2):
        collection.upsert(
            documents=DOCUMENTS[at : at + 2], metadatas=CHAPTERS[at : at + 2], ids=IDS[at : at + 2]
        )
    assert collection.count() == 3


@sample("usage guide: add documents, which the embedding function embeds")
def add_documents(context):
    collection = context.create()
    collection.add(documents=DOCUMENTS, metadatas=CHAPTERS, ids=IDS)
    got = collection.get(ids=["id1"], include=["embeddings", "documents"])
    assert float32(got["embeddings"]) == float32([embed("lorem ipsum...")])
    collection.add(ids=["id1"], documents=["another"])
    assert collection.get(ids=["id1"])["documents"] == ["lorem ipsum..."]


@sample("usage guide: add embeddings with documents, and without")
def add_embeddings(context):
    assert context.filled().count() == 3
    collection = context.create()
    collection.add(embeddings=EMBEDDINGS, metadatas=CHAPTERS, ids=IDS)
    assert collection.get()["documents"] == [None, None, None]
    rejects(lambda: collection.add(ids=["x"], embeddings=[[1.0, 2.0]]), "dimension")


@sample("usage guide: query by embeddings, with where and where_document")
def query_embeddings(context):
    collection = context.filled()
    result = collection.query(
        query_embeddings=[[11.1, 12.1, 13.1], [1.1, 2.3, 3.2]],
        n_results=10,
        where={"chapter": "3"},
        where_document={"$contains": "doc"},
    )
    assert result["ids"] == [["id2"], ["id2"]]
    assert collection.query(query_embeddings=[[1.1, 2.3, 3.2]], n_results=2)["ids"] == [["id1", "id3"]]
    rejects(lambda: collection.query(query_embeddings=[[1.0, 2.0]]), "dimension")


@sample("usage guide: query by texts")
def query_texts(context):
    collection = context.create()
    collection.add(documents=DOCUMENTS, metadatas=CHAPTERS, ids=IDS)
    result = collection.query(query_texts=["doc2", "lorem ipsum..."], n_results=1)
    assert result["ids"] == [["id2"], ["id1"]]


@sample("usage guide: get by ids with where, and chosen parts")
def get_parts(context):
    collection = context.filled()
    assert collection.get(ids=["id3", "id1", "nope"], where={"chapter": "3"})["ids"] == ["id1"]
    got = collection.get(include=["documents"])
    assert got["documents"] == DOCUMENTS and got["metadatas"] is None
    result = collection.query(query_embeddings=[EMBEDDINGS[0]], n_results=1, include=["documents"])
    assert result["documents"] == [[DOCUMENTS[0]]] and result["distances"] is None


@sample("usage guide: where filters")
def where_filters(context):
    collection = context.create()
    collection.add(
        ids=["one", "two", "none"],
        embeddings=EMBEDDINGS,
        metadatas=[{"version": 1, "word": "a"}, {"version": 2, "word": "b"}, {"other": True}],
        documents=["with search_string", "without", "search_string too"],
    )
    # the guide's rule holds where its clients are served; since 0.5.12 records without the key match, too
    others = ["two"] if context.v1 else ["two", "none"]
    for where, ids in [
        ({"word": "a"}, ["one"]),
        ({"word": {"$eq": "a"}}, ["one"]),
        ({"version": {"$ne": 1}}, others),
        ({"version": {"$nin": [1]}}, others),
        ({"version": {"$gt": 1}}, ["two"]),
        ({"version": {"$gte": 1}}, ["one", "two"]),
        ({"version": {"$lt": 2}}, ["one"]),
        ({"version": {"$lte": 2}}, ["one", "two"]),
        ({"word": {"$in": ["a", "b", "c"]}}, ["one", "two"]),
        ({"$and": [{"word": "a"}, {"version": {"$lt": 2}}]}, ["one"]),
        ({"$or": [{"word": "a"}, {"version": 2}]}, ["one", "two"]),
    ]:
        assert collection.get(where=where)["ids"] == ids, where
    assert collection.get(where_document={"$contains": "search_string"})["ids"] == ["one", "none"]
    assert collection.get(where_document={"$not_contains": "search_string"})["ids"] == ["two"]


@sample("usage guide: update")
def update(context):
    collection = context.filled()
    collection.update(
        ids=["id1", "id2", "unknown"],
        embeddings=[[9.0, 9.0, 9.0], EMBEDDINGS[1], EMBEDDINGS[2]],
        metadatas=[{"chapter": "30"}, {"chapter": "3", "verse": "6"}, {"chapter": "0"}],
        documents=["doc1", "doc2", "doc3"],
    )
    got = collection.get()
    assert got["ids"] == IDS and got["documents"] == ["doc1", "doc2", "doc3"]
    assert got["metadatas"][0] == {"chapter": "30", "verse": "16"}
    collection.update(ids=["id1"], documents=["text anew"])
    again = collection.get(ids=["id1"], include=["embeddings"])
    assert float32(again["embeddings"]) == float32([embed("text anew")])
    rejects(lambda: collection.update(ids=["id1"], embeddings=[[1.0]]), "dimension")


@sample("usage guide: upsert")
def upsert(context):
    collection = context.filled()
    collection.upsert(
        ids=["id1", "id4"],
        embeddings=[[0.0, 0.0, 1.0], [0.0, 1.0, 0.0]],
        metadatas=[{"a": 1}, {"b": 2.0}],
        documents=["x", "y"],
    )
    assert collection.count() == 4
    assert collection.get(ids=["id1"])["metadatas"] == [{**CHAPTERS[0], "a": 1}]
    number = collection.get(ids=["id4"])["metadatas"][0]["b"]
    assert number == 2.0 and isinstance(number, float)


@sample("usage guide: delete by ids with where, and by where")
def delete(context):
    collection = context.filled()
    collection.delete(ids=["id1", "id3"], where={"chapter": "29"})
    assert collection.get()["ids"] == ["id1", "id2"]
    collection.delete(where={"chapter": "3"})
    assert collection.count() == 0


@sample("get records: by ids")
def get_by_ids(context):
    assert context.filled().get(ids=["id1", "id2"])["ids"] == ["id1", "id2"]


@sample("get records: by a metadata filter, limited")
def get_by_filter(context):
    collection = context.create()
    ids = [f"r{index}" for index in range(12)]
    collection.add(
        ids=ids,
        embeddings=[[float(index), 1.0] for index in range(12)],
        metadatas=[{"category": "science"}] * 12,
    )
    assert collection.get(where={"category": "science"}, limit=10)["ids"] == ids[:10]


@sample("delete records: by ids")
def delete_by_ids(context):
    collection = context.filled()
    collection.delete(ids=["id1", "id2"])
    assert collection.get()["ids"] == ["id3"]


@sample("delete records: by a metadata filter")
def delete_by_filter(context):
    collection = context.create()
    collection.add(
        ids=["a", "b"], embeddings=[[1.0], [2.0]], metadatas=[{"category": "old"}, {"category": "new"}]
    )
    collection.delete(where={"category": "old"})
    assert collection.get()["ids"] == ["b"]


@sample("tour: version, list and count of collections", nearest="get_collection instead of list_collections, 0.5.1 to 0.5.3")
def version_and_lists(context):
    assert len(context.client.get_version().split(".")) == 3
    name = new_name()
    context.create(name)
    if (0, 5, 1) <= context.version <= (0, 5, 3):
        # it sends what 0.4 sends, and reads another answer; POLYVEC_CHROMA_V1_COLLECTION_SHAPE=modern serves it
        context.client.get_collection(name, embedding_function=context.embedding_function)
        return
    listed = context.client.list_collections()
    # 0.6 gives names
    names = [str(item) if context.version[:2] == (0, 6) else item.name for item in listed]
    assert name in names
    assert context.client.count_collections() == len(names)


@sample("tour: tenants and databases")
def tenants_and_databases(context):
    from chromadb.config import Settings

    tenant, database = new_name(), new_name()
    admin = context.chromadb.AdminClient(
        Settings(
            chroma_api_impl="chromadb.api.fastapi.FastAPI",
            chroma_server_host=context.host,
            chroma_server_http_port=context.port,
        )
    )
    admin.create_tenant(tenant)
    admin.create_database(database, tenant)
    assert admin.get_tenant(tenant)["name"] == tenant
    assert admin.get_database(database, tenant)["name"] == database
    client = context.chromadb.HttpClient(
        host=context.host, port=context.port, tenant=tenant, database=database
    )
    name = new_name()
    client.create_collection(name, embedding_function=context.embedding_function)
    rejects(lambda: context.client.get_collection(name), "does not exist", "not found")


@sample("tour: errors name what is wrong")
def errors(context):
    name = new_name()
    collection = context.create(name)
    rejects(lambda: context.create(name), "already exists", "unique")
    collection.add(ids=["a"], embeddings=[[1.0, 2.0]])
    rejects(lambda: collection.get(where={"a": {"$nope": 1}}), "where", "operator", "value")


@sample("tour: six thousand records in the client's own batches, embeddings equal to the float")
def many(context):
    collection = context.create()
    count = 6000
    ids = [f"many{index}" for index in range(count)]
    embeddings = [[index / 7, index / 11, 1.0] for index in range(count)]
    limit = getattr(context.client, "max_batch_size", 5461)
    limit = limit if isinstance(limit, int) else context.client.get_max_batch_size()
    for at in range(0, count, limit):
        collection.add(ids=ids[at : at + limit], embeddings=embeddings[at : at + limit])
    assert collection.count() == count
    got = collection.get(ids=["many5999", "many3"], include=["embeddings"])
    assert float32(got["embeddings"]) == float32([embeddings[3], embeddings[5999]])


@sample("tour: unicode, quotes and percent signs survive")
def unicode(context):
    collection = context.create()
    text = 'Ünïcode/ПРИВЕТ #漢字 "q" 100% 🦊'
    collection.add(
        ids=[text], embeddings=[[1.0, 2.0]], metadatas=[{'a key.with "quotes"': "ß\\n"}], documents=[text]
    )
    got = collection.get(ids=[text], where_document={"$contains": "100%"})
    assert got["ids"] == [text] and got["documents"] == [text]
    assert got["metadatas"] == [{'a key.with "quotes"': "ß\\n"}]


@sample("tour: searches by expressions, where the client has them")
def search_expressions(context):
    try:
        from chromadb import K, Knn, Rrf, Search
        from chromadb.execution.expression.operator import GroupBy, MinK
    except ImportError:
        return
    collection = context.create()
    collection.add(
        ids=["a", "b", "c"],
        embeddings=[[0.0, 0.0], [1.0, 0.0], [0.0, 2.0]],
        documents=["apple pie", "banana", "apple tart"],
        metadatas=[{"kind": "pie"}, {"kind": "fruit"}, {"kind": "pie"}],
    )
    near = Knn(query=[0.0, 0.0])
    found = collection.search(Search().rank(near).limit(2).select(K.DOCUMENT, K.SCORE, "kind"))
    assert [(row["id"], row["score"], row["metadata"]["kind"]) for row in found.rows()[0]] == [("a", 0.0, "pie"), ("b", 1.0, "fruit")]
    pies = collection.search(Search().where(K("kind") == "pie").rank(near * 2 + 1).select(K.SCORE))
    assert (pies["ids"], pies["scores"]) == ([["a", "c"]], [[1.0, 9.0]])
    ranks = [Knn(query=[0.0, 0.0], return_rank=True), Knn(query=[0.0, 2.0], return_rank=True)]
    fused = collection.search(Search().rank(Rrf(ranks=ranks, weights=[2.0, 1.0])).limit(1))
    assert fused["ids"] == [["a"]]
    best = Search().rank(near).group_by(GroupBy(keys=K("kind"), aggregate=MinK(keys=K.SCORE, k=1)))
    assert collection.search([best, Search()])["ids"] == [["a", "b"], ["a", "b", "c"]]


@sample("tour: sparse keys that the client fills from their source (case 53), where it can")
def sparse_keys(context):
    try:
        from chromadb import K, Knn, Schema, Search, SparseVectorIndexConfig
        from chromadb.utils.embedding_functions import ChromaBm25EmbeddingFunction
    except ImportError:
        return
    words = ChromaBm25EmbeddingFunction()
    by_hand = words(["quince"])[0]
    texts = ["a marmalade of quinces", "a jam of plums", "a jelly of plums", "a pickle of plums"]
    for source_key in [K.DOCUMENT, "title"]:
        index = SparseVectorIndexConfig(embedding_function=words, source_key=source_key, bm25=True)
        schema = Schema().create_index(config=index, key="words")
        collection = context.client.create_collection(name=new_name(), schema=schema)
        collection.add(
            ids=["exact", "other", "by hand", "no title"],
            embeddings=[[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]],
            documents=texts,
            metadatas=[{"title": texts[0]}, {"title": texts[1]}, {"words": by_hand, "title": texts[2]}, {"title": 3}],
        )
        kept = collection.get(ids=["by hand", "no title"])["metadatas"]
        assert kept[0]["words"].indices == by_hand.indices, kept
        assert ("words" in kept[1]) == (source_key is K.DOCUMENT), kept
        # another client knows the function from the schema
        client = context.chromadb.HttpClient(host=context.host, port=context.port)
        again = client.get_collection(collection.name)
        search = Search().rank(Knn(query="quince", key="words")).select(K.SCORE)
        found = again.search(search.limit(2))
        assert set(found["ids"][0]) == {"exact", "by hand"} and all(score < 0 for score in found["scores"][0]), found
        jam = {"documents": ["a jam of quinces"], "metadatas": [{"title": "a jam of quinces"}]}
        again.update(ids=["other"], embeddings=[[1.0, 0.0]], **jam)
        assert "other" in again.search(search.limit(3))["ids"][0]


@sample("tour: BM25 by Chroma's own function, an exact word before all others (case 54), where it can")
def bm25_function(context):
    try:
        from chromadb import K, Knn, Schema, Search, SparseVectorIndexConfig
        from chromadb.utils.embedding_functions import ChromaBm25EmbeddingFunction
    except ImportError:
        return
    index = SparseVectorIndexConfig(embedding_function=ChromaBm25EmbeddingFunction(), source_key=K.DOCUMENT, bm25=True)
    schema = Schema().create_index(config=index, key="words")
    collection = context.client.create_collection(name=new_name(), schema=schema)
    topics = ["rivers", "mountains", "deserts", "islands"]
    texts = [f"a report on {topic} and weather, number {number}" for number in range(25) for topic in topics]
    texts[57] = "a report on volcanoes and weather"
    ids = [str(at) for at in range(len(texts))]
    collection.add(ids=ids, embeddings=[[1.0, 0.0] for _ in texts], documents=texts)
    search = Search().rank(Knn(query="weather near a volcano", key="words")).limit(5).select(K.DOCUMENT, K.SCORE)
    rows = collection.search(search).rows()[0]
    assert rows[0]["id"] == "57" and rows[0]["score"] < rows[1]["score"], rows
    assert all("weather" in row["document"] for row in rows), rows
