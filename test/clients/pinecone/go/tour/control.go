package main

import (
	"slices"
	"strings"
	"time"

	"samples/pinecone"
)

var indexSamples = []sample{
	{"CreateServerlessIndex, DescribeIndex and ListIndexes", createServerless},
	{"CreatePodIndex", createPod},
	{"ConfigureIndex turns deletion protection on and off", configureProtection},
	{"ConfigureIndex merges tags", configureTags},
	{"ConfigureIndex scales a pod index", configurePod},
	{"ConfigureIndex gives an index a model", configureEmbed},
	{"DeleteIndex", deleteIndex},
	{"control plane errors tell their codes", controlErrors},
}

var collectionSamples = []sample{
	{"CreateCollection, DescribeCollection, ListCollections and DeleteCollection", collections},
	{"an index made from a collection has its records", indexFromCollection},
}

var backupSamples = []sample{
	{"CreateBackup, DescribeBackup, ListBackups and DeleteBackup", backups},
	{"CreateIndexFromBackup, DescribeRestoreJob and ListRestoreJobs", restore},
}

func createServerless(t *tour) {
	made := must(t.client.CreateServerlessIndex(t.ctx, &pinecone.CreateServerlessIndexRequest{
		Name: t.name("serverless"), Cloud: pinecone.Gcp, Region: "us-central1", Metric: pointer(pinecone.Euclidean), Dimension: pointer(int32(4)),
		DeletionProtection: pointer(pinecone.DeletionProtectionEnabled), Tags: &pinecone.IndexTags{"team": "a"},
	}))
	found := must(t.client.DescribeIndex(t.ctx, made.Name))
	same("the described index", found, made)
	same("the dimension", *found.Dimension, int32(4))
	same("the metric", found.Metric, pinecone.Euclidean)
	same("the type", found.VectorType, "dense")
	same("the protection", found.DeletionProtection, pinecone.DeletionProtectionEnabled)
	same("the tags", *found.Tags, pinecone.IndexTags{"team": "a"})
	same("the status", *found.Status, pinecone.IndexStatus{Ready: true, State: pinecone.Ready})
	same("the cloud", found.Spec.Serverless.Cloud, pinecone.Gcp)
	same("the region", found.Spec.Serverless.Region, "us-central1")
	holds(found.Host+" is no host to connect to", strings.HasPrefix(found.Host, "http://"))
	listed := must(t.client.ListIndexes(t.ctx))
	at := slices.IndexFunc(listed, func(index *pinecone.Index) bool { return index.Name == made.Name })
	holds("it is not listed", at >= 0)
	same("the listed index", listed[at], made)
}

func (t *tour) createPod(purpose string, source *string) *pinecone.Index {
	return must(t.client.CreatePodIndex(t.ctx, &pinecone.CreatePodIndexRequest{
		Name: t.name(purpose), Dimension: 2, Metric: pointer(pinecone.Dotproduct), Environment: "us-east-1-aws", PodType: "p1.x1",
		SourceCollection: source, MetadataConfig: &pinecone.PodSpecMetadataConfig{Indexed: &[]string{"genre"}},
	}))
}

func createPod(t *tour) {
	made := t.createPod("pod", nil)
	spec := must(t.client.DescribeIndex(t.ctx, made.Name)).Spec.Pod
	same("the pods", *spec, pinecone.PodSpec{
		Environment: "us-east-1-aws", PodType: "p1.x1", PodCount: 1, Replicas: 1, ShardCount: 1,
		MetadataConfig: &pinecone.PodSpecMetadataConfig{Indexed: &[]string{"genre"}},
	})
}

func configureProtection(t *tour) {
	index := t.create("protected", 2, pinecone.Cosine)
	changed := must(t.client.ConfigureIndex(t.ctx, index.Name, pinecone.ConfigureIndexParams{DeletionProtection: pinecone.DeletionProtectionEnabled}))
	same("the protection", changed.DeletionProtection, pinecone.DeletionProtectionEnabled)
	refused(t.client.DeleteIndex(t.ctx, index.Name), "403", "Deletion protection is enabled")
	must(t.client.ConfigureIndex(t.ctx, index.Name, pinecone.ConfigureIndexParams{DeletionProtection: pinecone.DeletionProtectionDisabled}))
	succeed(t.client.DeleteIndex(t.ctx, index.Name))
}

func configureTags(t *tour) {
	index := t.create("tagged", 2, pinecone.Cosine)
	must(t.client.ConfigureIndex(t.ctx, index.Name, pinecone.ConfigureIndexParams{Tags: pinecone.IndexTags{"team": "a", "stage": "test"}}))
	changed := must(t.client.ConfigureIndex(t.ctx, index.Name, pinecone.ConfigureIndexParams{Tags: pinecone.IndexTags{"team": "", "stage": "live"}}))
	same("the tags", *changed.Tags, pinecone.IndexTags{"stage": "live"})
}

func configurePod(t *tour) {
	index := t.createPod("scaled", nil)
	must(t.client.ConfigureIndex(t.ctx, index.Name, pinecone.ConfigureIndexParams{PodType: "p1.x2", Replicas: 2}))
	spec := must(t.client.DescribeIndex(t.ctx, index.Name)).Spec.Pod
	same("the type", spec.PodType, "p1.x2")
	same("the replicas", spec.Replicas, int32(2))
}

func configureEmbed(t *tour) {
	index := t.create("embedding", 8, pinecone.Cosine)
	changed := must(t.client.ConfigureIndex(t.ctx, index.Name, pinecone.ConfigureIndexParams{
		Tags:  pinecone.IndexTags{"text": "yes"},
		Embed: &pinecone.ConfigureIndexEmbed{Model: pointer(model), FieldMap: &map[string]any{"text": "chunk_text"}},
	}))
	same("the model", changed.Embed.Model, model)
	same("the field", *changed.Embed.FieldMap, map[string]any{"text": "chunk_text"})
}

func deleteIndex(t *tour) {
	index := t.create("deleted", 2, pinecone.Cosine)
	succeed(t.client.DeleteIndex(t.ctx, index.Name))
	_, err := t.client.DescribeIndex(t.ctx, index.Name)
	refused(err, "404", "Index "+index.Name+" not found.")
	listed := must(t.client.ListIndexes(t.ctx))
	holds("it is still listed", !slices.ContainsFunc(listed, func(other *pinecone.Index) bool { return other.Name == index.Name }))
}

func controlErrors(t *tour) {
	refused(t.client.DeleteIndex(t.ctx, "nobody"), "404", "NOT_FOUND", "Index nobody not found.")
	_, err := t.client.DescribeCollection(t.ctx, "nobody")
	refused(err, "404", "Collection nobody not found.")
	index := t.create("twice", 2, pinecone.Cosine)
	again := func(name string, dimension int32) error {
		_, err := t.client.CreateServerlessIndex(t.ctx, &pinecone.CreateServerlessIndexRequest{
			Name: name, Cloud: pinecone.Aws, Region: "us-east-1", Metric: pointer(pinecone.Cosine), Dimension: &dimension,
		})
		return err
	}
	refused(again(index.Name, 2), "409", "ALREADY_EXISTS")
	refused(again("Bad_Name", 2), "400", "INVALID_ARGUMENT", "lower case alphanumeric")
	refused(again(t.name("flat"), -1), "400", "INVALID_ARGUMENT")
}

func (t *tour) filledPod() filled {
	index := t.connect(t.createPod("source", nil), "ns")
	must(index.UpsertVectors(t.ctx, []*pinecone.Vector{vector("a", []float32{1, 2}, nil), vector("b", []float32{3, 4}, map[string]any{"genre": "x"})}))
	return index
}

func collections(t *tour) {
	source := t.filledPod()
	made := must(t.client.CreateCollection(t.ctx, &pinecone.CreateCollectionRequest{Name: t.name("collection"), Source: source.name}))
	found := must(t.client.DescribeCollection(t.ctx, made.Name))
	same("the dimension", found.Dimension, int32(2))
	same("the count", found.VectorCount, int32(2))
	same("the environment", found.Environment, "us-east-1-aws")
	same("the status", found.Status, pinecone.CollectionStatusReady)
	contains("the collections", collectionNames(t), made.Name)
	succeed(t.client.DeleteCollection(t.ctx, made.Name))
	holds("it is still listed", !slices.Contains(collectionNames(t), made.Name))
	refused(t.client.DeleteCollection(t.ctx, made.Name), "404", "Collection "+made.Name+" not found.")
}

func collectionNames(t *tour) []string {
	names := []string{}
	for _, collection := range must(t.client.ListCollections(t.ctx)) {
		names = append(names, collection.Name)
	}
	return names
}

func indexFromCollection(t *tour) {
	source := t.filledPod()
	collection := must(t.client.CreateCollection(t.ctx, &pinecone.CreateCollectionRequest{Name: t.name("collection"), Source: source.name}))
	made := t.createPod("copy", &collection.Name)
	same("the source", *must(t.client.DescribeIndex(t.ctx, made.Name)).Spec.Pod.SourceCollection, collection.Name)
	copied := t.connect(made, "ns")
	same("the copied ids", t.ids(copied), []string{"a", "b"})
}

func backups(t *tour) {
	source := t.filled()
	made := must(t.client.CreateBackup(t.ctx, &pinecone.CreateBackupParams{IndexName: source.name, Name: pointer("nightly"), Description: pointer("before the change")}))
	found := must(t.client.DescribeBackup(t.ctx, made.BackupId))
	same("the source", found.SourceIndexName, source.name)
	same("the name", *found.Name, "nightly")
	same("the description", *found.Description, "before the change")
	same("the status", found.Status, "Ready")
	same("the count", *found.RecordCount, 4)
	same("the namespaces", *found.NamespaceCount, 1)
	same("the place", found.Cloud+" "+found.Region, "aws us-east-1")
	same("the backups of the index", backupIds(must(t.client.ListBackups(t.ctx, &pinecone.ListBackupsParams{IndexName: &source.name}))), []string{made.BackupId})
	contains("all backups", backupIds(must(t.client.ListBackups(t.ctx, nil))), made.BackupId)
	contains("a page of backups", backupIds(must(t.client.ListBackups(t.ctx, &pinecone.ListBackupsParams{Limit: pointer(100)}))), made.BackupId)
	succeed(t.client.DeleteBackup(t.ctx, made.BackupId))
	_, err := t.client.DescribeBackup(t.ctx, made.BackupId)
	refused(err, "404", "NOT_FOUND")
}

func backupIds(list *pinecone.BackupList) []string {
	ids := []string{}
	for _, backup := range list.Data {
		ids = append(ids, backup.BackupId)
	}
	return ids
}

func restore(t *tour) {
	source := t.filled()
	backup := must(t.client.CreateBackup(t.ctx, &pinecone.CreateBackupParams{IndexName: source.name}))
	succeed(source.DeleteAllVectorsInNamespace(t.ctx))
	name := t.name("restored")
	started := must(t.client.CreateIndexFromBackup(t.ctx, &pinecone.CreateIndexFromBackupParams{BackupId: backup.BackupId, Name: name, Tags: &pinecone.IndexTags{"from": "backup"}}))
	job := must(t.client.DescribeRestoreJob(t.ctx, started.RestoreJobId))
	for attempt := 0; attempt < 200 && job.Status != "Completed"; attempt++ {
		time.Sleep(100 * time.Millisecond)
		job = must(t.client.DescribeRestoreJob(t.ctx, started.RestoreJobId))
	}
	same("the status", job.Status, "Completed")
	same("the target", job.TargetIndexName, name)
	same("the backup", job.BackupId, backup.BackupId)
	same("the index", job.TargetIndexId, started.IndexId)
	jobs := []string{}
	for _, listed := range must(t.client.ListRestoreJobs(t.ctx, &pinecone.ListRestoreJobsParams{Limit: pointer(100)})).Data {
		jobs = append(jobs, listed.RestoreJobId)
	}
	contains("the restore jobs", jobs, started.RestoreJobId)
	made := must(t.client.DescribeIndex(t.ctx, name))
	same("the tags", *made.Tags, pinecone.IndexTags{"from": "backup"})
	same("the restored ids", t.ids(t.connect(made, "example-namespace")), []string{"id-1", "id-2", "id-3", "other"})
}
