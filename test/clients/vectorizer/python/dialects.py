"""A gateway through the installed version of the SDK, with what the versions say differently."""

from models import VERSION, RawVectorInsert, Vector
from vectorizer import VectorizerClient

#: from 3.6 on calls answer with objects where they answered with the reply as it came
ANSWERS_WITH_OBJECTS = VERSION >= (3, 6)
#: from 3.6 on the text of an error is told with status 404 too
TELLS_WHAT_IS_MISSING = VERSION >= (3, 6)

RECORDS = [
    Vector(id="a", data=[1.0, 0.0, 0.0], metadata={"topic": "index", "year": 2020, "seen": True}),
    Vector(id="b", data=[0.0, 1.0, 0.0], metadata={"topic": "query", "year": 2021}),
    Vector(id="c", data=[0.0, 0.0, 1.0], metadata={"topic": "query", "year": 2022}),
]
TEXTS = [
    {"id": "fox", "text": "the quick brown fox jumps over the lazy dog", "metadata": {"kind": "animal", "legs": 4}},
    {"id": "tax", "text": "income tax return for the fiscal year", "metadata": {"kind": "paper"}},
    {"id": "cat", "text": "a cat sleeps on the warm roof", "metadata": {"kind": "animal", "legs": 4}},
]


class Tour:
    def __init__(self, url):
        self.url = url
        self.made = 0

    def client(self):
        return VectorizerClient(base_url=self.url, timeout=30)

    def new_name(self):
        self.made += 1
        return f"tour-{self.made}"

    async def filled(self, client, metric="cosine"):
        """The name of a new collection of three vectors."""
        name = self.new_name()
        await client.create_collection(name, dimension=3, similarity_metric=metric)
        await client.insert_texts(name, RECORDS)
        return name

    async def texts(self, client):
        """The name of a new collection of three texts."""
        name = self.new_name()
        await client.create_collection(name)
        # 3.0.0 has no call that embeds texts: the gateway is asked as its other clients ask it
        answer = await client._transport.post("/insert_texts", data={"collection": name, "texts": TEXTS})
        assert answer["inserted"] == 3, f"not all texts were inserted: {answer!r}"
        return name

    async def count(self, client, name):
        return (await client.get_collection_info(name)).vector_count


def hits(answer):
    """What a search found: pairs of id and score."""
    if ANSWERS_WITH_OBJECTS:
        return [(hit.id, hit.score) for hit in answer]
    return [(hit["id"], hit["score"]) for hit in answer["results"]]


def found_metadata(answer):
    return [hit.metadata for hit in answer] if ANSWERS_WITH_OBJECTS else [hit["metadata"] for hit in answer["results"]]


def fetched(answer):
    """What `get_vector` answers: id, values and metadata."""
    if ANSWERS_WITH_OBJECTS:
        return answer.id, answer.data, answer.metadata
    return answer["id"], answer["vector"], answer["payload"]


def deleted(answer):
    """What `delete_vectors` answers: how many were deleted, how many not, and the status of each."""
    if VERSION >= (3, 3):
        return answer.deleted, answer.failed, [row.status for row in answer.results]
    return answer["deleted"], answer["failed"], [row["status"] for row in answer["results"]]


def raw(id, embedding, **other):
    return RawVectorInsert(embedding=embedding, id=id, **other)
