package samples;

import static samples.Check.holds;
import static samples.Check.refused;
import static samples.Check.same;

import java.util.List;
import java.util.Map;
import org.openapitools.db_control.client.model.IndexModel;
import org.openapitools.db_control.client.model.PodSpec;
import org.openapitools.db_control.client.model.PodSpecMetadataConfig;

final class IndexSamples {
    static final List<Sample> ALL = List.of(
            new Sample("createServerlessIndex, describeIndex and listIndexes", IndexSamples::serverless),
            new Sample("createSparseServelessIndex", IndexSamples::sparse),
            new Sample("createPodsIndex", IndexSamples::pods),
            new Sample("configureServerlessIndex turns deletion protection on and off", IndexSamples::protection),
            new Sample("configureServerlessIndex merges tags", IndexSamples::tags),
            new Sample("configurePodsIndex", IndexSamples::configurePods),
            new Sample("deleteIndex", IndexSamples::delete),
            new Sample("control plane errors have their kinds", IndexSamples::errors));

    private IndexSamples() {}

    private static void serverless(Tour tour) {
        IndexModel made = tour.client.createServerlessIndex(
                tour.name("serverless"), "euclidean", 4, "gcp", "us-central1", Version.protection("enabled"), Map.of("team", "a"));
        IndexModel found = tour.client.describeIndex(made.getName());
        same("the described index", found, made);
        same("the dimension", found.getDimension(), 4);
        same("the metric", String.valueOf(found.getMetric()), "euclidean");
        same("the type", found.getVectorType(), "dense");
        same("the protection", String.valueOf(found.getDeletionProtection()), "enabled");
        same("the tags", found.getTags(), Map.of("team", "a"));
        same("whether it is ready", found.getStatus().getReady(), true);
        same("the state", String.valueOf(found.getStatus().getState()), "Ready");
        same("the place", Version.placeOf(found), "gcp us-central1");
        holds(found.getHost() + " is no bare host", found.getHost().matches("[^/]+:\\d+"));
        List<IndexModel> listed = tour.client.listIndexes().getIndexes();
        same("the listed index", listed.stream().filter(index -> index.getName().equals(made.getName())).toList(), List.of(made));
    }

    private static void sparse(Tour tour) {
        IndexModel made = tour.client.createSparseServelessIndex(
                tour.name("sparse"), "aws", "us-east-1", Version.protection("disabled"), Map.of(), "sparse");
        IndexModel found = tour.client.describeIndex(made.getName());
        same("the type", found.getVectorType(), "sparse");
        same("the metric", String.valueOf(found.getMetric()), "dotproduct");
        same("the dimension", found.getDimension(), null);
    }

    static IndexModel pods(Tour tour, String purpose, String source) {
        return tour.client.createPodsIndex(
                tour.name(purpose), 2, "us-east-1-aws", "p1.x1", "dotproduct", 1, 1, 1,
                new PodSpecMetadataConfig().indexed(List.of("genre")), source, Version.protection("disabled"), Map.of());
    }

    private static void pods(Tour tour) {
        IndexModel made = pods(tour, "pods", null);
        PodSpec spec = Version.podsOf(tour.client.describeIndex(made.getName()));
        same("the environment", spec.getEnvironment(), "us-east-1-aws");
        same("the type", spec.getPodType(), "p1.x1");
        same("the pods, replicas and shards", List.of(spec.getPods(), spec.getReplicas(), spec.getShards()), List.of(1, 1, 1));
        same("the metadata that is indexed", spec.getMetadataConfig().getIndexed(), List.of("genre"));
    }

    private static void protection(Tour tour) {
        String name = tour.create("protected", 2, "cosine").getName();
        IndexModel changed = Version.configure(tour.client, name, "enabled", null);
        same("the protection", String.valueOf(changed.getDeletionProtection()), "enabled");
        refused(() -> tour.client.deleteIndex(name), "PineconeForbiddenException", "Deletion protection is enabled");
        Version.configure(tour.client, name, "disabled", null);
        tour.client.deleteIndex(name);
    }

    private static void tags(Tour tour) {
        String name = tour.create("tagged", 2, "cosine").getName();
        Version.configure(tour.client, name, "disabled", Map.of("team", "a", "stage", "test", "kept", "yes"));
        IndexModel changed = Version.configure(tour.client, name, "disabled", Map.of("team", "", "stage", "live"));
        same("the tags", changed.getTags(), Map.of("stage", "live", "kept", "yes"));
    }

    private static void configurePods(Tour tour) {
        String name = pods(tour, "scaled", null).getName();
        tour.client.configurePodsIndex(name, "p1.x2", 2, Version.protection("enabled"), Map.of("team", "a"));
        IndexModel found = tour.client.describeIndex(name);
        same("the type", Version.podsOf(found).getPodType(), "p1.x2");
        same("the replicas", Version.podsOf(found).getReplicas(), 2);
        same("the protection", String.valueOf(found.getDeletionProtection()), "enabled");
        same("the tags", found.getTags(), Map.of("team", "a"));
    }

    private static void delete(Tour tour) {
        String name = tour.create("deleted", 2, "cosine").getName();
        tour.client.deleteIndex(name);
        refused(() -> tour.client.describeIndex(name), "PineconeNotFoundException", "Index " + name + " not found.");
        same("whether it is listed", tour.client.listIndexes().getIndexes().stream().anyMatch(index -> index.getName().equals(name)), false);
    }

    private static void errors(Tour tour) {
        refused(() -> tour.client.deleteIndex("nobody"), "PineconeNotFoundException", "Index nobody not found.");
        refused(() -> tour.client.describeCollection("nobody"), "PineconeNotFoundException", "Collection nobody not found.");
        String name = tour.create("twice", 2, "cosine").getName();
        refused(() -> create(tour, name, 2), "PineconeAlreadyExistsException", "ALREADY_EXISTS");
        refused(() -> create(tour, "Bad_Name", 2), "PineconeBadRequestException", "INVALID_ARGUMENT", "lower case alphanumeric");
        refused(() -> create(tour, tour.name("wide"), 100_000), "PineconeBadRequestException", "INVALID_ARGUMENT");
    }

    private static void create(Tour tour, String name, int dimension) {
        tour.client.createServerlessIndex(name, "cosine", dimension, "aws", "us-east-1", Version.protection("disabled"), Map.of());
    }
}
