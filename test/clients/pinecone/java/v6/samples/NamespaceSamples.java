package samples;

import static samples.Check.refused;
import static samples.Check.same;

import com.google.protobuf.Struct;
import io.pinecone.clients.Index;
import io.pinecone.proto.FetchByMetadataResponse;
import io.pinecone.proto.ListNamespacesResponse;
import io.pinecone.proto.MetadataFieldProperties;
import io.pinecone.proto.MetadataSchema;
import io.pinecone.proto.NamespaceDescription;
import java.util.List;
import java.util.Map;

final class NamespaceSamples {
    private static final String NAMESPACE = "example-namespace";
    static final List<Sample> ALL = List.of(
            new Sample("createNamespace and describeNamespace", NamespaceSamples::create),
            new Sample("listNamespaces by prefix, page by page", NamespaceSamples::list),
            new Sample("deleteNamespace", NamespaceSamples::delete),
            new Sample("fetchByMetadata, page by page", NamespaceSamples::fetchByMetadata),
            new Sample("updateByMetadata", NamespaceSamples::updateByMetadata));

    private NamespaceSamples() {}

    private static void create(Tour tour) {
        Index index = tour.open(tour.create("namespaces", 2, "cosine"));
        MetadataSchema schema = MetadataSchema.newBuilder()
                .putFields("genre", MetadataFieldProperties.newBuilder().setFilterable(true).build())
                .build();
        same("the name", index.createNamespace("made", schema).getName(), "made");
        NamespaceDescription found = index.describeNamespace("made");
        same("the count", found.getRecordCount(), 0L);
        same("the schema", found.getSchema(), schema);
        refused(() -> index.createNamespace("made"), "ALREADY_EXISTS");
    }

    private static void list(Tour tour) {
        Index index = tour.filled().index();
        for (String name : List.of("p-1", "p-2", "q")) index.createNamespace(name);
        ListNamespacesResponse first = index.listNamespaces("p-", null, 1);
        same("the first page", namesOf(first), List.of("p-1"));
        same("the total", first.getTotalCount(), 2);
        ListNamespacesResponse last = index.listNamespaces("p-", first.getPagination().getNext(), 1);
        same("the last page", namesOf(last), List.of("p-2"));
        same("whether the last page has a token", last.hasPagination(), false);
        same("all namespaces", namesOf(index.listNamespaces()), List.of(NAMESPACE, "p-1", "p-2", "q"));
    }

    private static List<String> namesOf(ListNamespacesResponse answer) {
        return answer.getNamespacesList().stream().map(NamespaceDescription::getName).toList();
    }

    private static void delete(Tour tour) {
        Index index = tour.filled().index();
        same("the count", index.describeNamespace(NAMESPACE).getRecordCount(), 4L);
        index.deleteNamespace(NAMESPACE);
        refused(() -> index.describeNamespace(NAMESPACE), "NOT_FOUND", "Namespace not found");
        refused(() -> index.deleteNamespace(NAMESPACE), "NOT_FOUND", "Namespace not found");
    }

    private static void fetchByMetadata(Tour tour) {
        Index index = tour.filled().index();
        Struct filter = Tour.struct(Map.of("year", Map.of("$lte", 2021)));
        FetchByMetadataResponse first = index.fetchByMetadata(NAMESPACE, filter, 2, null);
        same("the size of the first page", first.getVectorsCount(), 2);
        same("a record's values", first.getVectorsOrThrow("id-2").getValuesList(), List.of(0f, 1f, 0f));
        FetchByMetadataResponse last = index.fetchByMetadata(NAMESPACE, filter, 2, first.getPagination().getNext());
        same("the size of the last page", last.getVectorsCount(), 1);
        same("whether the last page has a token", last.hasPagination(), false);
        same("the whole answer", index.fetchByMetadata(NAMESPACE, filter).getVectorsCount(), 3);
    }

    private static void updateByMetadata(Tour tour) {
        Index index = tour.filled().index();
        Struct documentary = Tour.struct(Map.of("genre", "documentary"));
        Struct seen = Tour.struct(Map.of("seen", true));
        same("the matches of the dry run", index.updateByMetadata(documentary, seen, NAMESPACE, true).getMatchedRecords(), 2);
        same("what the dry run changed", index.fetchByMetadata(NAMESPACE, seen).getVectorsCount(), 0);
        same("the matches", index.updateByMetadata(documentary, seen, NAMESPACE).getMatchedRecords(), 2);
        same("what it changed", index.fetchByMetadata(NAMESPACE, seen).getVectorsCount(), 2);
    }
}
