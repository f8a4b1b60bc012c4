package samples;

import static samples.Check.holds;
import static samples.Check.refused;
import static samples.Check.same;

import com.google.protobuf.Struct;
import io.pinecone.clients.Index;
import io.pinecone.proto.DescribeIndexStatsResponse;
import io.pinecone.proto.FetchResponse;
import io.pinecone.proto.ListItem;
import io.pinecone.proto.ListResponse;
import io.pinecone.proto.Vector;
import java.util.List;
import java.util.Map;
import samples.Tour.Filled;

final class VectorSamples {
    private static final String NAMESPACE = "example-namespace";
    static final List<Sample> ALL = List.of(
            new Sample("upsert and fetch", VectorSamples::upsertAndFetch),
            new Sample("upsert one record with sparse values and metadata", VectorSamples::upsertOne),
            new Sample("upsert replaces the whole record", VectorSamples::replace),
            new Sample("upsert refuses a wrong dimension", VectorSamples::wrongDimension),
            new Sample("calls without a namespace mean the default one", VectorSamples::defaultNamespace),
            new Sample("update", VectorSamples::update),
            new Sample("delete with its long list of arguments", VectorSamples::delete),
            new Sample("list by prefix, page by page", VectorSamples::list),
            new Sample("describeIndexStats", VectorSamples::stats),
            new Sample("describeIndexStats with a filter", VectorSamples::filteredStats));

    private VectorSamples() {}

    private static void upsertAndFetch(Tour tour) {
        Index index = tour.open(tour.create("fetch", 3, "cosine"));
        Map<String, ?> metadata = Map.of("title", "Ünïcode 😀", "year", 1.5, "tags", List.of("x", "y"), "seen", true);
        index.upsert(List.of(Tour.vector("a", List.of(0.1f, -2.5f, 1e-7f), metadata), Tour.vector("b", List.of(1f, 2f, 3f), Map.of())), "ns");
        FetchResponse found = index.fetch(List.of("a", "b", "missing"), "ns");
        same("the number of records", found.getVectorsCount(), 2);
        same("the namespace", found.getNamespace(), "ns");
        Vector first = found.getVectorsOrThrow("a");
        same("the values", first.getValuesList(), List.of(0.1f, -2.5f, 1e-7f));
        same("the metadata", first.getMetadata(), Tour.struct(metadata));
        same("whether there is metadata where none was given", found.getVectorsOrThrow("b").hasMetadata(), false);
        same("whether there are sparse values where none were given", found.getVectorsOrThrow("b").hasSparseValues(), false);
        holds("no read units", found.getUsage().getReadUnits() > 0);
        same("records of another namespace", index.fetch(List.of("a"), "elsewhere").getVectorsCount(), 0);
    }

    private static void upsertOne(Tour tour) {
        Index index = tour.open(tour.create("hybrid", 2, "dotproduct"));
        Struct metadata = Tour.struct(Map.of("genre", "drama"));
        index.upsert("a", List.of(1f, 2f), List.of(7L, 4_294_967_295L), List.of(0.5f, 0.25f), metadata, "ns");
        Vector found = index.fetch(List.of("a"), "ns").getVectorsOrThrow("a");
        same("the sparse values", found.getSparseValues().getValuesList(), List.of(0.5f, 0.25f));
        same("the sparse indices", found.getSparseValues().getIndicesList(), List.of(7, -1));
        same("the metadata", found.getMetadata(), metadata);
    }

    private static void replace(Tour tour) {
        Filled filled = tour.filled();
        filled.index().upsert("id-1", List.of(0.5f, 0.5f, 0.5f), NAMESPACE);
        Vector found = filled.index().fetch(List.of("id-1"), NAMESPACE).getVectorsOrThrow("id-1");
        same("the values", found.getValuesList(), List.of(0.5f, 0.5f, 0.5f));
        same("whether the metadata is still there", found.hasMetadata(), false);
    }

    private static void wrongDimension(Tour tour) {
        Filled filled = tour.filled();
        refused(
                () -> filled.index().upsert("short", List.of(1f, 2f), NAMESPACE),
                "INVALID_ARGUMENT",
                "Vector dimension 2 does not match the dimension of the index 3");
        same("the number of records", filled.ids().size(), 4);
    }

    private static void defaultNamespace(Tour tour) {
        Index index = tour.open(tour.create("default", 2, "cosine"));
        index.upsert("a", List.of(1f, 2f));
        same("the records by its empty name", index.fetch(List.of("a")).getVectorsCount(), 1);
        same("the records by its other name", index.fetch(List.of("a"), "__default__").getVectorsCount(), 1);
        same("the listed ids", index.list().getVectorsCount(), 1);
        index.update("a", List.of(2f, 2f));
        same("the match", index.queryByVector(1, List.of(2f, 2f), true, false).getMatches(0).getValuesList(), List.of(2f, 2f));
        index.deleteByFilter(Tour.struct(Map.of("genre", "none")));
        index.deleteByIds(List.of("a"));
        same("the total after the delete", index.describeIndexStats().getTotalVectorCount(), 0);
    }

    private static void update(Tour tour) {
        Filled filled = tour.filled();
        Index index = filled.index();
        index.update("id-1", null, Tour.struct(Map.of("genre", "satire", "stars", 4.5)), NAMESPACE, null, null);
        index.update("id-1", List.of(0.25f, 0.5f, 0.75f), NAMESPACE);
        Vector found = index.fetch(List.of("id-1"), NAMESPACE).getVectorsOrThrow("id-1");
        same("the values", found.getValuesList(), List.of(0.25f, 0.5f, 0.75f));
        same("the metadata", found.getMetadata(), Tour.struct(Map.of("genre", "satire", "stars", 4.5, "year", 2019)));
        index.update("unknown", List.of(1f, 1f, 1f), NAMESPACE);
        same("the number of records", filled.ids().size(), 4);
        refused(() -> index.update("id-1", List.of(1f, 1f, 1f), "nowhere"), "NOT_FOUND", "Namespace not found");
    }

    private static void delete(Tour tour) {
        Filled filled = tour.filled();
        filled.index().delete(List.of("id-1"), false, NAMESPACE, null);
        filled.index().delete(null, false, NAMESPACE, Tour.struct(Map.of("year", Map.of("$lt", 2021))));
        same("what is left", filled.ids(), List.of("id-3", "other"));
        // an empty filter beside ids means no filter
        filled.index().delete(List.of("id-3"), false, NAMESPACE, Struct.getDefaultInstance());
        same("what is left", filled.ids(), List.of("other"));
        filled.index().delete(null, true, NAMESPACE, null);
        same("what is left", filled.ids(), List.of());
        refused(() -> filled.index().delete(List.of("a"), true, NAMESPACE, null), "INVALID_ARGUMENT");
    }

    private static void list(Tour tour) {
        Index index = tour.filled().index();
        ListResponse first = index.list(NAMESPACE, "id-", 2);
        same("the first page", first.getVectorsList().stream().map(ListItem::getId).toList(), List.of("id-1", "id-2"));
        ListResponse last = index.list(NAMESPACE, "id-", first.getPagination().getNext(), 2);
        same("the last page", last.getVectorsList().stream().map(ListItem::getId).toList(), List.of("id-3"));
        same("whether the last page has a token", last.hasPagination(), false);
        same("the ids without a prefix", index.list(NAMESPACE, 3).getVectorsCount(), 3);
    }

    private static void stats(Tour tour) {
        Index index = tour.filled().index();
        index.upsert("a", List.of(1f, 2f, 3f), "second");
        DescribeIndexStatsResponse stats = index.describeIndexStats();
        same("the dimension", stats.getDimension(), 3);
        same("the total", stats.getTotalVectorCount(), 5);
        same("the count of a namespace", stats.getNamespacesOrThrow(NAMESPACE).getVectorCount(), 4);
        same("the count of the other", stats.getNamespacesOrThrow("second").getVectorCount(), 1);
    }

    private static void filteredStats(Tour tour) {
        Index index = tour.filled().index();
        DescribeIndexStatsResponse stats = index.describeIndexStats(Tour.struct(Map.of("genre", "documentary")));
        same("the count", stats.getNamespacesOrThrow(NAMESPACE).getVectorCount(), 2);
        same("the total of an empty filter", index.describeIndexStats(Struct.getDefaultInstance()).getTotalVectorCount(), 4);
    }
}
