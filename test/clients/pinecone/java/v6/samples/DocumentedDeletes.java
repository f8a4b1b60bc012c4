package samples;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.pinecone.clients.Index;
import io.pinecone.configs.PineconeConfig;
import io.pinecone.configs.PineconeConnection;

import java.util.Arrays;
import java.util.List;

/** The documentation's programs, with TLS switched off and the argument that came with version 5. */
final class DocumentedDeletes {
    private DocumentedDeletes() {}

    static void byId(String INDEX_HOST) {
        PineconeConfig config = new PineconeConfig("YOUR_API_KEY");
        config.setHost(INDEX_HOST);
        config.setTLSEnabled(false);
        PineconeConnection connection = new PineconeConnection(config);
        Index index = new Index(config, connection, "INDEX_NAME");
        List<String> ids = Arrays.asList("id-1", "id-2");
        index.deleteByIds(ids, "example-namespace");
    }

    static void byMetadata(String INDEX_HOST) {
        PineconeConfig config = new PineconeConfig("YOUR_API_KEY");
        config.setHost(INDEX_HOST);
        config.setTLSEnabled(false);
        PineconeConnection connection = new PineconeConnection(config);
        Index index = new Index(config, connection, "INDEX_NAME");
        Struct filter = Struct.newBuilder()
                .putFields("genre", Value.newBuilder()
                        .setStructValue(Struct.newBuilder()
                                .putFields("$eq", Value.newBuilder()
                                        .setStringValue("documentary")
                                        .build()))
                        .build())
                .build();
        index.deleteByFilter(filter, "example-namespace");
    }

    static void all(String INDEX_HOST) {
        PineconeConfig config = new PineconeConfig("YOUR_API_KEY");
        config.setHost(INDEX_HOST);
        config.setTLSEnabled(false);
        PineconeConnection connection = new PineconeConnection(config);
        Index index = new Index(config, connection, "INDEX_NAME");
        index.deleteAll("example-namespace");
    }
}
