package samples;

import static samples.Check.holds;
import static samples.Check.refused;
import static samples.Check.same;

import java.util.List;
import java.util.Map;
import org.openapitools.db_control.client.ApiException;
import org.openapitools.db_control.client.model.BackupList;
import org.openapitools.db_control.client.model.BackupModel;
import org.openapitools.db_control.client.model.CreateIndexFromBackupResponse;
import org.openapitools.db_control.client.model.IndexModel;
import org.openapitools.db_control.client.model.RestoreJobModel;
import samples.Tour.Filled;

final class BackupSamples {
    static final List<Sample> ALL = List.of(
            new Sample("createBackup, describeBackup, listIndexBackups, listProjectBackups and deleteBackup", BackupSamples::backups),
            new Sample("createIndexFromBackup, describeRestoreJob and listRestoreJobs", BackupSamples::restore),
            new Sample("createIndexFromBackup with tags and deletion protection", BackupSamples::restoreWithTags));

    private BackupSamples() {}

    private static void backups(Tour tour) throws ApiException {
        Filled filled = tour.filled();
        BackupModel made = tour.client.createBackup(filled.name(), "nightly", "before the change");
        BackupModel found = tour.client.describeBackup(made.getBackupId());
        same("the source", found.getSourceIndexName(), filled.name());
        same("the name", found.getName(), "nightly");
        same("the description", found.getDescription(), "before the change");
        same("the status", found.getStatus(), "Ready");
        same("the shape", List.of(found.getDimension(), found.getMetric()), List.of(3, "cosine"));
        same("the counts", List.of(found.getRecordCount(), found.getNamespaceCount()), List.of(4, 1));
        same("the backups of the index", idsOf(tour.client.listIndexBackups(filled.name())), List.of(made.getBackupId()));
        holds("it is not listed", idsOf(tour.client.listProjectBackups(100, null)).contains(made.getBackupId()));
        tour.client.deleteBackup(made.getBackupId());
        same("the backups after the delete", idsOf(tour.client.listIndexBackups(filled.name())), List.of());
        refused(() -> tour.client.describeBackup(made.getBackupId()), "404", "NOT_FOUND");
    }

    private static List<String> idsOf(BackupList list) {
        return list.getData().stream().map(BackupModel::getBackupId).toList();
    }

    private static void restore(Tour tour) throws Exception {
        Filled filled = tour.filled();
        BackupModel backup = tour.client.createBackup(filled.name(), null, null);
        filled.index().deleteAll("example-namespace");
        String name = tour.name("restored");
        CreateIndexFromBackupResponse started = tour.client.createIndexFromBackup(backup.getBackupId(), name);
        RestoreJobModel job = finished(tour, started.getRestoreJobId());
        same("the target", job.getTargetIndexName(), name);
        same("the index", job.getTargetIndexId(), started.getIndexId());
        same("the backup", job.getBackupId(), backup.getBackupId());
        List<String> jobs = tour.client.listRestoreJobs(100).getData().stream().map(RestoreJobModel::getRestoreJobId).toList();
        holds("the job is not listed", jobs.contains(started.getRestoreJobId()));
        IndexModel made = tour.client.describeIndex(name);
        same("the restored records", tour.open(made).fetch(List.of("id-1", "id-2", "id-3", "other"), "example-namespace").getVectorsCount(), 4);
    }

    private static RestoreJobModel finished(Tour tour, String id) throws Exception {
        RestoreJobModel job = tour.client.describeRestoreJob(id);
        for (int attempt = 0; attempt < 200 && !job.getStatus().equals("Completed"); attempt++) {
            Thread.sleep(100);
            job = tour.client.describeRestoreJob(id);
        }
        same("the status", job.getStatus(), "Completed");
        return job;
    }

    private static void restoreWithTags(Tour tour) throws ApiException {
        BackupModel backup = tour.client.createBackup(tour.filled().name(), "tagged", "");
        String name = tour.name("restored");
        tour.client.createIndexFromBackup(backup.getBackupId(), name, Map.of("from", "backup"), "enabled");
        IndexModel made = tour.client.describeIndex(name);
        same("the tags", made.getTags(), Map.of("from", "backup"));
        same("the protection", made.getDeletionProtection(), "enabled");
    }
}
