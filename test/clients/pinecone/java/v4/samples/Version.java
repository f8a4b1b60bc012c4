package samples;

import io.pinecone.clients.AsyncIndex;
import io.pinecone.clients.Index;
import io.pinecone.clients.Pinecone;
import io.pinecone.configs.PineconeConfig;
import io.pinecone.configs.PineconeConnection;
import java.util.List;
import java.util.Map;
import org.openapitools.db_control.client.model.DeletionProtection;
import org.openapitools.db_control.client.model.IndexModel;
import org.openapitools.db_control.client.model.PodSpec;

/** What version 4 writes in its own way. */
final class Version {
    static final List<Sample> SAMPLES = List.of();

    private Version() {}

    /** By its host: by a name this version connects over TLS, whatever its builder was told. */
    static Index open(Tour tour, IndexModel index) {
        return new Index(new PineconeConnection(tour.configFor(index.getHost())), index.getName());
    }

    static AsyncIndex openAsync(Tour tour, IndexModel index) {
        PineconeConfig config = tour.configFor(index.getHost());
        return new AsyncIndex(config, new PineconeConnection(config), index.getName());
    }

    static DeletionProtection protection(String value) {
        return DeletionProtection.fromValue(value);
    }

    static IndexModel configure(Pinecone client, String name, String protection, Map<String, String> tags) {
        return client.configureServerlessIndex(name, protection(protection), tags);
    }

    static PodSpec podsOf(IndexModel index) {
        return index.getSpec().getPod();
    }

    static String placeOf(IndexModel index) {
        return index.getSpec().getServerless().getCloud() + " " + index.getSpec().getServerless().getRegion();
    }
}
