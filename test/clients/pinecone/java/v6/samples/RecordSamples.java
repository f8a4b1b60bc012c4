package samples;

import static samples.Check.holds;
import static samples.Check.near;
import static samples.Check.refused;
import static samples.Check.same;

import io.pinecone.clients.Index;
import io.pinecone.clients.Inference;
import java.util.List;
import java.util.Map;
import org.openapitools.db_control.client.model.ConfigureIndexRequestEmbed;
import org.openapitools.db_control.client.model.CreateIndexForModelRequestEmbed;
import org.openapitools.db_control.client.model.IndexModel;
import org.openapitools.db_data.client.model.Hit;
import org.openapitools.db_data.client.model.SearchRecordsResponse;
import org.openapitools.db_data.client.model.SearchRecordsVector;
import org.openapitools.inference.client.ApiException;
import org.openapitools.inference.client.model.ModelInfo;

final class RecordSamples {
    static final List<Sample> ALL = List.of(
            new Sample("listModels and describeModel", RecordSamples::models),
            new Sample("createIndexForModel", RecordSamples::create),
            new Sample("configureServerlessIndex gives an index a model", RecordSamples::configure),
            new Sample("upsertRecords and searchRecordsByText", RecordSamples::byText),
            new Sample("searchRecordsById", RecordSamples::byId),
            new Sample("searchRecordsByVector", RecordSamples::byVector));

    private RecordSamples() {}

    private static void models(Tour tour) throws ApiException {
        Inference inference = ModelSamples.inference(tour);
        List<String> listed = inference.listModels("embed", "dense").getModels().stream().map(ModelInfo::getModel).toList();
        holds("the models are " + listed, listed.contains(Tour.MODEL));
        ModelInfo found = inference.describeModel(Tour.MODEL);
        same("the type", found.getType(), "embed");
        same("the vector type", found.getVectorType(), "dense");
        refused(() -> inference.describeModel("no-such-model"), "404", "no-such-model");
    }

    private static IndexModel forModel(Tour tour) throws Exception {
        CreateIndexForModelRequestEmbed embed =
                new CreateIndexForModelRequestEmbed().model(Tour.MODEL).fieldMap(Map.of("text", "chunk_text")).metric("cosine").dimension(64);
        return tour.client.createIndexForModel(tour.name("model"), "aws", "us-east-1", embed, "disabled", Map.of("team", "a"));
    }

    private static void create(Tour tour) throws Exception {
        IndexModel found = tour.client.describeIndex(forModel(tour).getName());
        same("the model", found.getEmbed().getModel(), Tour.MODEL);
        same("the field", found.getEmbed().getFieldMap(), Map.of("text", "chunk_text"));
        same("the dimensions", List.of(found.getDimension(), found.getEmbed().getDimension()), List.of(64, 64));
        same("the tags", found.getTags(), Map.of("team", "a"));
    }

    private static void configure(Tour tour) {
        IndexModel made = tour.create("embedding", 64, "cosine");
        ConfigureIndexRequestEmbed embed = new ConfigureIndexRequestEmbed().model(Tour.MODEL).fieldMap(Map.of("text", "chunk_text"));
        IndexModel changed = tour.client.configureServerlessIndex(made.getName(), "disabled", null, embed);
        same("the model", changed.getEmbed().getModel(), Tour.MODEL);
    }

    private static Index filled(Tour tour) throws Exception {
        Index index = tour.open(forModel(tour));
        index.upsertRecords("ns", List.of(
                Map.of("_id", "apple", "chunk_text", "Apples are sweet round fruit", "kind", "fruit"),
                Map.of("_id", "pear", "chunk_text", "Pears are sweet green fruit", "kind", "fruit"),
                Map.of("_id", "car", "chunk_text", "The engine of this car was repaired", "kind", "machine")));
        return index;
    }

    private static void byText(Tour tour) throws Exception {
        SearchRecordsResponse answer = filled(tour).searchRecordsByText("sweet fruit", "ns", List.of("kind"), 2, null, null);
        List<Hit> hits = answer.getResult().getHits();
        same("the fields of the hits", hits.stream().map(Hit::getFields).toList(), List.of(Map.of("kind", "fruit"), Map.of("kind", "fruit")));
        holds("no tokens were counted", answer.getUsage().getEmbedTotalTokens() > 0);
        holds("no read units", answer.getUsage().getReadUnits() > 0);
    }

    private static void byId(Tour tour) throws Exception {
        Map<String, Object> filter = Map.of("kind", "fruit");
        List<Hit> hits = filled(tour).searchRecordsById("apple", "ns", List.of("chunk_text"), 3, filter, null).getResult().getHits();
        same("the hits", hits.stream().map(Hit::getId).toList(), List.of("apple", "pear"));
        near("the best score", hits.get(0).getScore(), 1);
        same("the fields", hits.get(0).getFields(), Map.of("chunk_text", "Apples are sweet round fruit"));
    }

    private static void byVector(Tour tour) throws Exception {
        Index index = filled(tour);
        SearchRecordsVector wanted = new SearchRecordsVector().values(index.fetch(List.of("car"), "ns").getVectorsOrThrow("car").getValuesList());
        List<Hit> hits = index.searchRecordsByVector(wanted, "ns", null, 1, null, null).getResult().getHits();
        same("the hits", hits.stream().map(Hit::getId).toList(), List.of("car"));
        same("the fields", hits.get(0).getFields(), Map.of("chunk_text", "The engine of this car was repaired", "kind", "machine"));
    }
}
