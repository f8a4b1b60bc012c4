package samples;

import static samples.Check.holds;
import static samples.Check.refused;
import static samples.Check.same;

import io.pinecone.clients.Inference;
import io.pinecone.configs.PineconeConfig;
import java.util.List;
import java.util.Map;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import org.openapitools.inference.client.ApiException;
import org.openapitools.inference.client.model.EmbeddingsList;

final class ModelSamples {
    static final List<Sample> ALL = List.of(
            new Sample("embed", ModelSamples::embed),
            new Sample("rerank needs an endpoint", ModelSamples::rerank));

    private ModelSamples() {}

    /** The SDK knows one host for models; only an HTTP client of the user's own can send its calls elsewhere. */
    static Inference inference(Tour tour) {
        HttpUrl here = HttpUrl.get(tour.url);
        OkHttpClient client = new OkHttpClient.Builder()
                .addInterceptor(chain -> {
                    HttpUrl wanted = chain.request().url();
                    HttpUrl moved = wanted.newBuilder().scheme(here.scheme()).host(here.host()).port(here.port()).build();
                    return chain.proceed(chain.request().newBuilder().url(moved).build());
                })
                .build();
        return new Inference(new PineconeConfig("YOUR_API_KEY", null, null, client));
    }

    private static void embed(Tour tour) throws ApiException {
        Map<String, Object> parameters = Map.of("input_type", "query", "truncate", "END");
        EmbeddingsList answer = inference(tour).embed(Tour.MODEL, parameters, List.of("one text", "words of another kind", "one text"));
        same("the model", answer.getModel(), Tour.MODEL);
        List<List<Float>> embeddings = answer.getData().stream().map(embedding -> embedding.getDenseEmbedding().getValues()).toList();
        same("the number of embeddings", embeddings.size(), 3);
        holds("an embedding is empty", !embeddings.get(0).isEmpty());
        same("the embedding of the same text", embeddings.get(2), embeddings.get(0));
        holds("another text has the same embedding", !embeddings.get(1).equals(embeddings.get(0)));
        holds("no tokens were counted", answer.getUsage().getTotalTokens() > 0);
        refused(() -> inference(tour).embed("no-such-model", parameters, List.of("text")), "404", "no-such-model");
    }

    private static void rerank(Tour tour) {
        refused(
                () -> inference(tour).rerank("bge-reranker-v2-m3", "a text", List.of(Map.of("id", "1", "text", "one"))),
                "400",
                "UNIMPLEMENTED");
    }
}
