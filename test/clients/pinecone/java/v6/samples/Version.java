package samples;

import io.pinecone.clients.AsyncIndex;
import io.pinecone.clients.Index;
import io.pinecone.clients.Pinecone;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.openapitools.db_control.client.model.IndexModel;
import org.openapitools.db_control.client.model.PodSpec;
import org.openapitools.db_control.client.model.ServerlessSpecResponse;

/** What version 6 writes in its own way. */
final class Version {
    static final List<Sample> SAMPLES =
            Stream.of(BackupSamples.ALL, CapacitySamples.ALL, NamespaceSamples.ALL, RecordSamples.ALL).flatMap(List::stream).toList();

    private Version() {}

    static Index open(Tour tour, IndexModel index) {
        return tour.client.getIndexConnection(index.getName());
    }

    static AsyncIndex openAsync(Tour tour, IndexModel index) {
        return tour.client.getAsyncIndexConnection(index.getName());
    }

    static String protection(String value) {
        return value;
    }

    static IndexModel configure(Pinecone client, String name, String protection, Map<String, String> tags) {
        return client.configureServerlessIndex(name, protection, tags, null);
    }

    static PodSpec podsOf(IndexModel index) {
        return index.getSpec().getIndexModelPodBased().getPod();
    }

    static ServerlessSpecResponse serverlessOf(IndexModel index) {
        return index.getSpec().getIndexModelServerless().getServerless();
    }

    static String placeOf(IndexModel index) {
        return serverlessOf(index).getCloud() + " " + serverlessOf(index).getRegion();
    }
}
