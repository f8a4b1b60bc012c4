package samples;

import static samples.Check.holds;
import static samples.Check.near;
import static samples.Check.refused;
import static samples.Check.same;

import io.pinecone.clients.AsyncIndex;
import io.pinecone.clients.Index;
import io.pinecone.unsigned_indices_model.QueryResponseWithUnsignedIndices;
import io.pinecone.unsigned_indices_model.ScoredVectorWithUnsignedIndices;
import java.util.List;
import java.util.Map;
import org.openapitools.db_control.client.model.IndexModel;

final class QuerySamples {
    private static final String NAMESPACE = "example-namespace";
    static final List<Sample> ALL = List.of(
            new Sample("queryByVector", QuerySamples::byVector),
            new Sample("queryByVector with a filter", QuerySamples::filtered),
            new Sample("query with dense and sparse values", QuerySamples::hybrid),
            new Sample("query in a sparse index", QuerySamples::sparse),
            new Sample("queryByVector scores squared distances in a euclidean index", QuerySamples::euclidean),
            new Sample("queryByVectorId", QuerySamples::byId),
            new Sample("AsyncIndex upserts, queries, fetches, lists, updates and deletes", QuerySamples::asynchronous),
            new Sample("AsyncIndex: imports are of the gateway's own files", QuerySamples::imports));

    private QuerySamples() {}

    private static List<String> idsOf(QueryResponseWithUnsignedIndices answer) {
        return answer.getMatchesList().stream().map(ScoredVectorWithUnsignedIndices::getId).toList();
    }

    private static List<Float> scoresOf(QueryResponseWithUnsignedIndices answer) {
        return answer.getMatchesList().stream().map(ScoredVectorWithUnsignedIndices::getScore).toList();
    }

    private static void byVector(Tour tour) {
        Index index = tour.filled().index();
        QueryResponseWithUnsignedIndices answer = index.queryByVector(2, List.of(1f, 0.5f, 0f), NAMESPACE, true, true);
        same("the matches", idsOf(answer), List.of("other", "id-1"));
        near("the best score", answer.getMatches(0).getScore(), 1.5 / Math.sqrt(1.25 * 2));
        same("the values", answer.getMatches(0).getValuesList(), List.of(1f, 1f, 0f));
        same("the metadata", answer.getMatches(0).getMetadata(), Tour.struct(Map.of("genre", "drama", "year", 2022)));
        same("the namespace", answer.getNamespace(), NAMESPACE);
        holds("no read units", answer.getUsage().getReadUnits() > 0);
        QueryResponseWithUnsignedIndices bare = index.queryByVector(2, List.of(1f, 0.5f, 0f), NAMESPACE);
        same("values that were not asked for", bare.getMatches(0).getValuesList(), List.of());
        same("metadata that was not asked for", bare.getMatches(0).getMetadata(), Tour.struct(Map.of()));
    }

    private static void filtered(Tour tour) {
        Index index = tour.filled().index();
        Map<String, ?> either = Map.of("$or", List.of(Map.of("genre", Map.of("$in", List.of("comedy"))), Map.of("year", Map.of("$gt", 2021))));
        same("the matches", idsOf(index.queryByVector(10, List.of(1f, 0f, 0f), NAMESPACE, Tour.struct(either))), List.of("id-1", "other"));
        refused(
                () -> index.queryByVector(10, List.of(1f, 0f, 0f), NAMESPACE, Tour.struct(Map.of("year", Map.of("$gt", "2021")))),
                "INVALID_ARGUMENT");
    }

    private static void hybrid(Tour tour) {
        Index index = tour.open(tour.create("hybrid", 2, "dotproduct"));
        index.upsert("dense", List.of(3f, 0f), List.of(1L), List.of(1f), null, "ns");
        index.upsert("sparse", List.of(1f, 0f), List.of(5L), List.of(4f), null, "ns");
        QueryResponseWithUnsignedIndices answer = index.query(2, List.of(1f, 0f), List.of(5L), List.of(2f), null, "ns", null, true, false);
        same("the matches", idsOf(answer), List.of("sparse", "dense"));
        same("the scores", scoresOf(answer), List.of(9f, 3f));
        same("the sparse indices", answer.getMatches(0).getSparseValuesWithUnsignedIndices().getIndicesWithUnsigned32IntList(), List.of(5L));
    }

    private static void sparse(Tour tour) {
        IndexModel made = tour.client.createSparseServelessIndex(
                tour.name("sparse"), "aws", "us-east-1", Version.protection("disabled"), Map.of(), "sparse");
        Index index = tour.open(made);
        index.upsert("a", List.of(), List.of(1L, 3_517_203_014L), List.of(0.5f, 2f), null, "ns");
        index.upsert("b", List.of(), List.of(2L), List.of(1f), null, "ns");
        QueryResponseWithUnsignedIndices answer = index.query(5, null, List.of(3_517_203_014L), List.of(1.5f), null, "ns", null, false, false);
        same("the matches", idsOf(answer), List.of("a"));
        same("the scores", scoresOf(answer), List.of(3f));
    }

    private static void euclidean(Tour tour) {
        Index index = tour.open(tour.create("euclidean", 2, "euclidean"));
        index.upsert("far", List.of(4f, 5f), "ns");
        index.upsert("near", List.of(1f, 1f), "ns");
        QueryResponseWithUnsignedIndices answer = index.queryByVector(2, List.of(1f, 2f), "ns");
        same("the matches", idsOf(answer), List.of("near", "far"));
        same("the scores", scoresOf(answer), List.of(1f, 18f));
    }

    private static void byId(Tour tour) {
        Index index = tour.filled().index();
        QueryResponseWithUnsignedIndices answer = index.queryByVectorId(1, "id-2", NAMESPACE);
        same("the matches", idsOf(answer), List.of("id-2"));
        near("the score", answer.getMatches(0).getScore(), 1);
        same("the matches of an unknown id", idsOf(index.queryByVectorId(1, "unknown", NAMESPACE)), List.of());
        refused(() -> index.queryByVectorId(10_001, "id-2", NAMESPACE), "INVALID_ARGUMENT");
    }

    private static void asynchronous(Tour tour) throws Exception {
        IndexModel made = tour.create("async", 2, "cosine");
        try (AsyncIndex index = Version.openAsync(tour, made)) {
            same("the count", index.upsert("a", List.of(1f, 2f), "ns").get().getUpsertedCount(), 1);
            same("the match", idsOf(index.queryByVector(1, List.of(1f, 2f), "ns").get()), List.of("a"));
            index.update("a", List.of(3f, 4f), "ns").get();
            same("the values", index.fetch(List.of("a"), "ns").get().getVectorsOrThrow("a").getValuesList(), List.of(3f, 4f));
            same("the listed ids", index.list("ns").get().getVectorsCount(), 1);
            index.deleteByIds(List.of("a"), "ns").get();
            same("the total", index.describeIndexStats().get().getTotalVectorCount(), 0);
        }
    }

    private static void imports(Tour tour) throws Exception {
        IndexModel made = tour.create("import", 2, "cosine");
        try (AsyncIndex index = Version.openAsync(tour, made)) {
            refused(() -> index.startImport("s3://bucket/directory/", null, null), "400");
            index.listImports();
            refused(() -> index.describeImport("1"), "404");
            refused(() -> index.cancelImport("1"), "404");
        }
    }
}
