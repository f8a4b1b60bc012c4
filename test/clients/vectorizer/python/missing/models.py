"""The models of Vectorizer's Python SDK: its packages leave this module out.

What the samples use is here, as strict as the SDK is documented to be. Any other name that the SDK imports is an empty class.
"""

from dataclasses import dataclass, field
from enum import Enum
from importlib.metadata import version

VERSION = tuple(int(part) for part in version("vectorizer-sdk").split("."))

COLLECTION_KEYS = {
    "name", "dimension", "vector_count", "similarity_metric", "metric", "status", "document_count", "error_message",
    "last_updated", "created_at", "updated_at", "embedding_provider", "indexing_status", "normalization", "quantization", "size",
}  # fmt: skip
if VERSION >= (3, 5):
    COLLECTION_KEYS.add("vector_count_history")


def __getattr__(name):
    if name.startswith("_"):
        raise AttributeError(name)
    return type(name, (), {})


class ReadPreference(str, Enum):
    MASTER = "master"
    REPLICA = "replica"
    NEAREST = "nearest"


def refuse(wrong, message):
    if wrong:
        raise ValueError(message)


class CollectionInfo:
    """Made from a reply's keys: one that it does not know is an error."""

    def __init__(self, **told):
        unknown = told.keys() - COLLECTION_KEYS
        if unknown:
            raise TypeError(f"unexpected keys {sorted(unknown)}")
        for key in COLLECTION_KEYS - {"name", "dimension", "vector_count"}:
            setattr(self, key, told.get(key))
        self.name, self.dimension, self.vector_count = told["name"], told["dimension"], told["vector_count"]
        refuse(not self.name, "a collection's name is empty")
        refuse(self.dimension <= 0, "a collection's dimension is not positive")
        refuse(self.vector_count < 0, "a collection's vector count is negative")
        if not self.similarity_metric and self.metric:
            self.similarity_metric = self.metric.lower()


@dataclass
class Vector:
    id: str
    data: list
    metadata: dict | None = None
    public_key: str | None = None

    def __post_init__(self):
        refuse(not self.id, "a vector's id is empty")
        refuse(not self.data, "a vector has no data")
        refuse(not all(isinstance(value, (int, float)) for value in self.data), "a vector's data are not all numbers")


@dataclass
class SearchResult:
    id: str
    score: float
    content: str | None = None
    metadata: dict | None = None

    def __post_init__(self):
        refuse(not self.id, "a result's id is empty")
        refuse(not isinstance(self.score, (int, float)), "a result's score is not a number")


class Report:
    """What is made from a reply by its known keys, others left aside: those of `REQUIRED` must be there."""

    REQUIRED = ()
    #: the reply's keys, by the attributes that hold them
    KEYS = {}

    @classmethod
    def from_dict(cls, told):
        report = cls()
        for key in cls.REQUIRED:
            setattr(report, key, told[key])
        for attribute, (key, default) in cls.KEYS.items():
            setattr(report, attribute, type(default)(told.get(key, default)))
        return report


class VectorOpResult(Report):
    REQUIRED = ("status",)

    @classmethod
    def from_dict(cls, told):
        result = super().from_dict(told)
        result.id, result.error, result.index = told.get("id"), told.get("error"), told.get("index")
        return result


class RowsReport(Report):
    """A report with a row for each id."""

    @classmethod
    def from_dict(cls, told):
        report = super().from_dict(told)
        report.results = [VectorOpResult.from_dict(row) for row in told.get("results", [])]
        return report


class DeleteReport(RowsReport):
    REQUIRED = ("collection",)
    KEYS = {"count": ("count", 0), "deleted": ("deleted", 0), "failed": ("failed", 0)}


class MoveReport(RowsReport):
    REQUIRED = ("src", "dst")
    KEYS = {"requested": ("requested", 0), "moved": ("moved", 0), "failed": ("failed", 0)}


class CopyReport(RowsReport):
    REQUIRED = ("src", "dst")
    KEYS = {"requested": ("requested", 0), "copied": ("copied", 0), "failed": ("failed", 0)}


class DeleteByFilterReport(Report):
    KEYS = {"scanned": ("scanned", 0), "matched": ("matched", 0), "deleted": ("deleted", 0), "results": ("results", [])}


class BulkUpdateReport(Report):
    KEYS = {"scanned": ("scanned", 0), "matched": ("matched", 0), "updated": ("updated", 0), "results": ("results", [])}


class BatchInsertReport(Report):
    KEYS = {
        "collection": ("collection", ""),
        "successful": ("inserted", 0),
        "failed": ("failed", 0),
        "total": ("count", 0),
        "results": ("results", []),
    }


class BatchUpdateReport(Report):
    KEYS = {**BatchInsertReport.KEYS, "successful": ("updated", 0)}


class VectorPage(Report):
    KEYS = {"vectors": ("vectors", []), "total": ("total", 0), "limit": ("limit", 10), "offset": ("offset", 0)}

    @classmethod
    def from_dict(cls, told):
        page = super().from_dict(told)
        page.message = told.get("message")
        return page


class Stats(Report):
    KEYS = {
        "collections": ("collections", 0),
        "total_vectors": ("total_vectors", 0),
        "uptime_seconds": ("uptime_seconds", 0),
        "version": ("version", ""),
        "default_quantization": ("default_quantization", "none"),
        "compression_ratio": ("compression_ratio", 1.0),
    }


class ServerStatus(Report):
    KEYS = {
        "online": ("online", False),
        "version": ("version", ""),
        "uptime_seconds": ("uptime_seconds", 0),
        "collections_count": ("collections_count", 0),
    }


class ReindexJob(Report):
    KEYS = {"job_id": ("job_id", ""), "collection": ("collection", ""), "state": ("state", ""), "progress": ("progress", 0.0)}


class ReencodeJob(Report):
    KEYS = {**ReindexJob.KEYS, "target_encoding": ("target_encoding", "")}


@dataclass
class ReindexParams:
    m: int = 16
    ef_construction: int = 200
    ef_search: int = 100


@dataclass
class UpdateVectorRequest:
    id: str = ""
    metadata: dict | None = None


@dataclass
class RawVectorInsert:
    embedding: list
    id: str | None = None
    payload: dict | None = None
    metadata: dict | None = None


@dataclass
class BatchInsertItem:
    text: str
    id: str | None = None
    metadata: dict | None = None


@dataclass
class VectorUpdate:
    id: str = ""
    vector: list | None = None
    payload: dict | None = None


@dataclass
class BatchSearchQuery:
    query: str | None = None
    vector: list | None = None
    limit: int | None = None
    threshold: float | None = None


@dataclass
class BatchInsertRequest:
    texts: list
    config: dict | None = None


@dataclass
class BatchUpdateRequest:
    updates: list
    config: dict | None = None


@dataclass
class BatchDeleteRequest:
    vector_ids: list
    config: dict | None = None


@dataclass
class BatchSearchRequest:
    queries: list
    config: dict | None = None


@dataclass
class IntelligentSearchRequest:
    query: str
    collections: list | None = None
    max_results: int = 10
    domain_expansion: bool = True
    technical_focus: bool = True
    mmr_enabled: bool = True
    mmr_lambda: float = 0.7


@dataclass
class SemanticSearchRequest:
    query: str
    collection: str
    max_results: int = 10
    semantic_reranking: bool = True
    cross_encoder_reranking: bool = False
    similarity_threshold: float = 0.5


@dataclass
class ContextualSearchRequest:
    query: str
    collection: str
    context_filters: dict | None = None
    max_results: int = 10
    context_reranking: bool = True
    context_weight: float = 0.3


@dataclass
class MultiCollectionSearchRequest:
    query: str
    collections: list
    max_per_collection: int = 5
    max_total_results: int = 20
    cross_collection_reranking: bool = True


@dataclass
class SearchFamilyResponse:
    """A reply of the intelligent family: each client passes the keys that its method reads."""

    results: list
    total_results: int
    duration_ms: int = 0
    collection: str = ""
    queries_generated: list | None = None
    collections_searched: list | None = None
    context_filters: dict | None = None
    results_per_collection: dict | None = None
    metadata: dict | None = None


IntelligentSearchResponse = SemanticSearchResponse = SearchFamilyResponse
ContextualSearchResponse = MultiCollectionSearchResponse = SearchFamilyResponse


@dataclass
class SparseVector:
    indices: list
    values: list

    def __post_init__(self):
        refuse(not self.indices, "a sparse vector is empty")
        refuse(len(self.indices) != len(self.values), "a sparse vector's lists differ in length")


@dataclass
class HybridSearchRequest:
    collection: str
    query: str
    query_sparse: SparseVector | None = None
    alpha: float = 0.7
    algorithm: str = "rrf"
    dense_k: int = 20
    sparse_k: int = 20
    final_k: int = 10

    def __post_init__(self):
        refuse(self.algorithm not in ("rrf", "weighted", "alpha"), "there is no such algorithm")


@dataclass
class HybridSearchResult:
    id: str
    score: float
    vector: list | None = None
    payload: dict | None = None

    def __post_init__(self):
        refuse(not self.id, "a result's id is empty")
        refuse(not isinstance(self.score, (int, float)), "a result's score is not a number")


@dataclass
class HybridSearchResponse:
    results: list
    query: str
    alpha: float
    algorithm: str
    query_sparse: dict | None = None
    duration_ms: int | None = None


@dataclass
class ReadOptions:
    read_preference: ReadPreference | None = None


@dataclass
class HostConfig:
    master: str
    replicas: list = field(default_factory=list)
