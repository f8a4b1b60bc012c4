package samples;

import static samples.Check.same;

import java.util.List;
import java.util.Map;
import org.openapitools.db_control.client.model.BackupModelSchema;
import org.openapitools.db_control.client.model.BackupModelSchemaFieldsValue;
import org.openapitools.db_control.client.model.ByocSpec;
import org.openapitools.db_control.client.model.IndexModel;
import org.openapitools.db_control.client.model.ReadCapacity;
import org.openapitools.db_control.client.model.ReadCapacityDedicatedConfig;
import org.openapitools.db_control.client.model.ReadCapacityDedicatedSpec;
import org.openapitools.db_control.client.model.ReadCapacityDedicatedSpecResponse;
import org.openapitools.db_control.client.model.ScalingConfigManual;

final class CapacitySamples {
    static final List<Sample> ALL = List.of(
            new Sample("createServerlessIndex with a schema and read capacity", CapacitySamples::create),
            new Sample("configureServerlessIndex changes the read capacity", CapacitySamples::configure),
            new Sample("createByocIndex", CapacitySamples::byoc));

    private CapacitySamples() {}

    private static BackupModelSchema schema() {
        return new BackupModelSchema().putFieldsItem("genre", new BackupModelSchemaFieldsValue().filterable(true));
    }

    private static void create(Tour tour) {
        ReadCapacityDedicatedConfig dedicated =
                new ReadCapacityDedicatedConfig().nodeType("b1").scaling("Manual").manual(new ScalingConfigManual().shards(1).replicas(1));
        ReadCapacity capacity = new ReadCapacity(new ReadCapacityDedicatedSpec().mode("Dedicated").dedicated(dedicated));
        IndexModel made = tour.client.createServerlessIndex(
                tour.name("schema"), "cosine", 2, "aws", "us-east-1", "disabled", Map.of(), capacity, schema());
        IndexModel found = tour.client.describeIndex(made.getName());
        same("the schema", Version.serverlessOf(found).getSchema(), schema());
        ReadCapacityDedicatedSpecResponse answered = Version.serverlessOf(found).getReadCapacity().getReadCapacityDedicatedSpecResponse();
        same("the capacity", answered.getDedicated(), dedicated);
        same("the state", answered.getStatus().getState(), "Ready");
    }

    private static void configure(Tour tour) {
        IndexModel made = tour.create("capacity", 2, "cosine");
        same("the mode", Version.serverlessOf(made).getReadCapacity().getReadCapacityOnDemandSpecResponse().getMode(), "OnDemand");
        IndexModel changed = tour.client.configureServerlessIndex(made.getName(), "disabled", null, null, "Dedicated", "b1", 1, 2);
        ReadCapacityDedicatedSpecResponse answered = Version.serverlessOf(changed).getReadCapacity().getReadCapacityDedicatedSpecResponse();
        same("the replicas", answered.getDedicated().getManual().getReplicas(), 2);
    }

    private static void byoc(Tour tour) {
        IndexModel made = tour.client.createByocIndex(
                tour.name("byoc"), "cosine", 2, "aws-us-east-1-b921", "disabled", Map.of("team", "a"), schema());
        ByocSpec found = tour.client.describeIndex(made.getName()).getSpec().getIndexModelBYOC().getByoc();
        same("the environment", found.getEnvironment(), "aws-us-east-1-b921");
        same("the schema", found.getSchema(), schema());
    }
}
