package samples;

import static samples.Check.same;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.pinecone.clients.Index;
import io.pinecone.clients.Pinecone;
import io.pinecone.configs.PineconeConfig;
import io.pinecone.proto.ListItem;
import io.pinecone.unsigned_indices_model.VectorWithUnsignedIndices;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.openapitools.db_control.client.model.IndexModel;

/** One sample's client. */
final class Tour implements AutoCloseable {
    static final String MODEL = "polyvec-local";
    private static int names = 0;

    final Pinecone client;
    final String url;
    private final boolean tls;
    private final List<Index> opened = new ArrayList<>();

    Tour(String url) {
        this.url = url;
        tls = url.startsWith("https:");
        client = new Pinecone.Builder("YOUR_API_KEY").withHost(url).withTlsEnabled(tls).build();
    }

    /** An index, and the records of the documentation's namespace in it. */
    record Filled(Index index, String name, String host) {
        List<String> ids() {
            return index.list("example-namespace").getVectorsList().stream().map(ListItem::getId).toList();
        }
    }

    /** A name that no other sample uses. */
    String name(String purpose) {
        return "java-" + purpose + "-" + names++;
    }

    IndexModel create(String purpose, int dimension, String metric) {
        return client.createServerlessIndex(name(purpose), metric, dimension, "aws", "us-east-1", Version.protection("disabled"), Map.of());
    }

    Index open(IndexModel made) {
        Index index = Version.open(this, made);
        opened.add(index);
        return index;
    }

    PineconeConfig configFor(String host) {
        PineconeConfig config = new PineconeConfig("YOUR_API_KEY");
        config.setHost(host);
        config.setTLSEnabled(tls);
        return config;
    }

    /** Two records that delete by id removes, and two of the genre that delete by metadata removes, as in the documentation. */
    Filled filled() {
        IndexModel made = create("filled", 3, "cosine");
        Index index = open(made);
        List<VectorWithUnsignedIndices> vectors = List.of(
                vector("id-1", List.of(1f, 0f, 0f), Map.of("genre", "comedy", "year", 2019)),
                vector("id-2", List.of(0f, 1f, 0f), Map.of("genre", "documentary", "year", 2020)),
                vector("id-3", List.of(0f, 0f, 1f), Map.of("genre", "documentary", "year", 2021)),
                vector("other", List.of(1f, 1f, 0f), Map.of("genre", "drama", "year", 2022)));
        same("the count of upserted records", index.upsert(vectors, "example-namespace").getUpsertedCount(), 4);
        return new Filled(index, made.getName(), made.getHost());
    }

    static VectorWithUnsignedIndices vector(String id, List<Float> values, Map<String, ?> metadata) {
        return new VectorWithUnsignedIndices(id, values, struct(metadata), null);
    }

    static Struct struct(Map<String, ?> fields) {
        Struct.Builder made = Struct.newBuilder();
        fields.forEach((key, value) -> made.putFields(key, value(value)));
        return made.build();
    }

    @SuppressWarnings("unchecked")
    private static Value value(Object from) {
        Value.Builder made = Value.newBuilder();
        if (from instanceof String text) return made.setStringValue(text).build();
        if (from instanceof Number number) return made.setNumberValue(number.doubleValue()).build();
        if (from instanceof Boolean bool) return made.setBoolValue(bool).build();
        if (from instanceof List<?> list) {
            return made.setListValue(ListValue.newBuilder().addAllValues(list.stream().map(Tour::value).toList())).build();
        }
        return made.setStructValue(struct((Map<String, ?>) from)).build();
    }

    @Override
    public void close() {
        opened.forEach(Index::close);
    }
}
