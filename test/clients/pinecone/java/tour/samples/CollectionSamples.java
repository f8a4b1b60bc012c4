package samples;

import static samples.Check.refused;
import static samples.Check.same;

import io.pinecone.clients.Index;
import java.util.List;
import java.util.Map;
import org.openapitools.db_control.client.model.CollectionModel;
import org.openapitools.db_control.client.model.IndexModel;

final class CollectionSamples {
    static final List<Sample> ALL = List.of(
            new Sample("createCollection, describeCollection, listCollections and deleteCollection", CollectionSamples::collections),
            new Sample("an index made from a collection has its records", CollectionSamples::copies));

    private CollectionSamples() {}

    private static String filledPods(Tour tour) {
        IndexModel made = IndexSamples.pods(tour, "source", null);
        Index index = tour.open(made);
        index.upsert(List.of(Tour.vector("a", List.of(1f, 2f), Map.of()), Tour.vector("b", List.of(3f, 4f), Map.of("genre", "x"))), "ns");
        return made.getName();
    }

    private static void collections(Tour tour) {
        String name = tour.name("collection");
        tour.client.createCollection(name, filledPods(tour));
        CollectionModel found = tour.client.describeCollection(name);
        same("the dimension", found.getDimension(), 2);
        same("the count", found.getVectorCount(), 2);
        same("the environment", found.getEnvironment(), "us-east-1-aws");
        same("the status", String.valueOf(found.getStatus()), "Ready");
        same("the listed collection", listed(tour, name), List.of(found));
        tour.client.deleteCollection(name);
        same("the list after the delete", listed(tour, name), List.of());
        refused(() -> tour.client.deleteCollection(name), "PineconeNotFoundException", "Collection " + name + " not found.");
    }

    private static List<CollectionModel> listed(Tour tour, String name) {
        return tour.client.listCollections().getCollections().stream().filter(collection -> collection.getName().equals(name)).toList();
    }

    private static void copies(Tour tour) {
        String name = tour.name("collection");
        tour.client.createCollection(name, filledPods(tour));
        IndexModel made = IndexSamples.pods(tour, "copy", name);
        same("the source", Version.podsOf(made).getSourceCollection(), name);
        same("the copied records", tour.open(made).fetch(List.of("a", "b"), "ns").getVectorsCount(), 2);
    }
}
