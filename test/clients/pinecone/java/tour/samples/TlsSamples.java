package samples;

import static samples.Check.same;

import io.pinecone.clients.Index;
import java.util.List;
import org.openapitools.db_control.client.model.IndexModel;

final class TlsSamples {
    static final List<Sample> ALL = List.of(new Sample("the control plane and an index by its name, over TLS", TlsSamples::byName));

    private TlsSamples() {}

    private static void byName(Tour tour) {
        IndexModel made = tour.create("tls", 2, "cosine");
        try (Index index = tour.client.getIndexConnection(made.getName())) {
            index.upsert("a", List.of(1f, 2f), "ns");
            same("the values", index.fetch(List.of("a"), "ns").getVectorsOrThrow("a").getValuesList(), List.of(1f, 2f));
        }
    }
}
