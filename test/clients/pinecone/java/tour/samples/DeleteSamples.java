package samples;

import static samples.Check.refused;
import static samples.Check.same;

import java.util.List;
import java.util.Map;
import samples.Tour.Filled;

final class DeleteSamples {
    static final List<Sample> ALL = List.of(
            new Sample("delete records by id", DeleteSamples::byId),
            new Sample("delete records by metadata", DeleteSamples::byMetadata),
            new Sample("delete all records in a namespace", DeleteSamples::all),
            new Sample("deleting from a namespace that never was is refused", DeleteSamples::fromNowhere));

    private DeleteSamples() {}

    private static void byId(Tour tour) {
        Filled filled = tour.filled();
        DocumentedDeletes.byId(filled.host());
        same("what is left", filled.ids(), List.of("id-3", "other"));
        DocumentedDeletes.byId(filled.host());
    }

    private static void byMetadata(Tour tour) {
        Filled filled = tour.filled();
        DocumentedDeletes.byMetadata(filled.host());
        same("what is left", filled.ids(), List.of("id-1", "other"));
    }

    private static void all(Tour tour) {
        Filled filled = tour.filled();
        DocumentedDeletes.all(filled.host());
        same("what is left", filled.ids(), List.of());
        same("the emptied namespace", filled.index().describeIndexStats().getNamespacesMap().get("example-namespace").getVectorCount(), 0);
        DocumentedDeletes.all(filled.host());
    }

    private static void fromNowhere(Tour tour) {
        Filled filled = tour.filled();
        refused(() -> filled.index().deleteByIds(List.of("id-1"), "nowhere"), "NOT_FOUND", "Namespace not found");
        refused(() -> filled.index().deleteAll("nowhere"), "NOT_FOUND", "Namespace not found");
        refused(
                () -> filled.index().deleteByFilter(Tour.struct(Map.of()), "example-namespace"),
                "INVALID_ARGUMENT",
                "Delete with empty metadata filter is not allowed");
    }
}
