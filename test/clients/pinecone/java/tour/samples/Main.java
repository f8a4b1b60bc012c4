package samples;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/**
 * {@code Main CONTROL_URL [TLS_CONTROL_URL]}: runs every call of the Pinecone SDK for Java and prints a JSON line for each
 * sample. With {@code --names} it only lists them. The samples over TLS need the second URL, and a trust store.
 */
public final class Main {
    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();
    private static final PrintStream OUTPUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private record Line(String name, String outcome, String detail) {}

    public static void main(String[] arguments) {
        List<Sample> samples = Stream.of(
                        DeleteSamples.ALL, IndexSamples.ALL, CollectionSamples.ALL, VectorSamples.ALL, QuerySamples.ALL, ModelSamples.ALL, Version.SAMPLES)
                .flatMap(List::stream)
                .toList();
        if (arguments.length == 1 && arguments[0].equals("--names")) {
            OUTPUT.println(GSON.toJson(Stream.concat(samples.stream(), TlsSamples.ALL.stream()).map(Sample::name).toList()));
            return;
        }
        samples.forEach(sample -> run(sample, arguments[0]));
        if (arguments.length == 2) TlsSamples.ALL.forEach(sample -> run(sample, arguments[1]));
        // connections that a failed sample left open hold the machine
        System.exit(0);
    }

    private static void run(Sample sample, String url) {
        Line line;
        try (Tour tour = new Tour(url)) {
            sample.run().on(tour);
            line = new Line(sample.name(), "ok", "");
        } catch (Exception | AssertionError problem) {
            line = new Line(sample.name(), "failed", problem.toString());
        }
        OUTPUT.println(GSON.toJson(line));
    }
}
