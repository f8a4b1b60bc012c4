"""Samples on indexes, backups and collections. These calls are REST whatever the transport."""

from time import sleep

from checks import holds, refused, same
from dialects import MAJOR
from pinecone import ByocSpec, PodSpec, ServerlessSpec
from registry import sample

PODS = PodSpec(environment="us-east1-gcp", pod_type="p1.x1", pods=1)
REST = ("rest",)


@sample("create_index, describe_index, list_indexes and has_index")
def create(tour):
    name = tour.make_index(metric="euclidean")
    model = tour.client.describe_index(name)
    same("the name", model.name, name)
    same("the dimension", model.dimension, 3)
    same("the metric", model.metric, "euclidean")
    same("the kind", model.vector_type, "dense")
    same("the state", (model.status.ready, model.status.state), (True, "Ready"))
    same("the place", (model.spec.serverless.cloud, model.spec.serverless.region), ("aws", "us-east-1"))
    same("the protection", model.deletion_protection, "disabled")
    holds("it is not listed", name in tour.client.list_indexes().names())
    holds("it is said not to be there", tour.client.has_index(name))
    holds("what is not there is said to be", not tour.client.has_index(f"{name}-not"))


# before 9 gRPC clients do not take the URL that a plaintext index is described with
@sample("an index by its name", first=9)
@sample("an index by its name", last=8, transports=REST)
@sample("an index by its name over TLS", tls=True)
def by_name(tour):
    name = tour.make_index()
    index = tour.client.Index(name)
    index.upsert(vectors=[("a", [1.0, 0.0, 0.0])], namespace="ns")
    same("the records", tour.stats(index, "ns"), 1)


@sample("delete_index")
def delete(tour):
    name = tour.make_index()
    tour.client.delete_index(name)
    holds("it is said to be there", not tour.client.has_index(name))
    refused(lambda: tour.client.describe_index(name), "NotFound", "404")
    refused(lambda: tour.client.delete_index(name), "NotFound", "404")


@sample("a sparse index is described", transports=REST)
def sparse(tour):
    model = tour.client.describe_index(tour.make_index(metric="dotproduct", vector_type="sparse", dimension=None))
    same("the kind", model.vector_type, "sparse")
    same("the metric", model.metric, "dotproduct")
    same("the dimension", model.dimension, None)


@sample("an index on one's own cloud", transports=REST)
def byoc(tour):
    model = tour.client.describe_index(tour.make_index(spec=ByocSpec(environment="aws-us-east-1-b921")))
    same("the environment", model.spec.byoc.environment, "aws-us-east-1-b921")


@sample("a name that is taken, and settings that are wrong", transports=REST)
def wrong(tour):
    name = tour.make_index()
    refused(lambda: tour.make_index(name=name), "already exists")
    refused(lambda: tour.make_index(name="Not_A_Name"), "ower")
    refused(lambda: tour.make_index(dimension=0), "imension")
    refused(lambda: tour.make_index(metric="manhattan"), "etric" if MAJOR < 9 else "manhattan")


@sample("deletion protection")
def protection(tour):
    name = tour.make_index(deletion_protection="enabled")
    same("the protection", tour.client.describe_index(name).deletion_protection, "enabled")
    refused(lambda: tour.client.delete_index(name), "Forbidden", "eletion protection is enabled")
    tour.client.configure_index(name, deletion_protection="disabled")
    tour.client.delete_index(name)
    holds("it is said to be there", not tour.client.has_index(name))


@sample("tags", transports=REST)
def tags(tour):
    name = tour.make_index(tags={"team": "a", "stage": "test"})
    tour.client.configure_index(name, tags={"team": "", "owner": "b"})
    kept = tour.client.describe_index(name).tags
    same("the tags", kept if isinstance(kept, dict) else kept.to_dict(), {"stage": "test", "owner": "b"})


@sample("an index of pods", last=8, transports=REST)
def pods(tour):
    name = tour.make_index(spec=PODS)
    same("the environment", tour.client.describe_index(name).spec.pod.environment, "us-east1-gcp")
    tour.client.configure_index(name, replicas=2, pod_type="p1.x2")
    changed = tour.client.describe_index(name).spec.pod
    same("the replicas", changed.replicas, 2)
    same("the type", changed.pod_type, "p1.x2")
    refused(lambda: tour.client.configure_index(name, pod_type="s1.x2"), "400")


@sample("dedicated read capacity", first=8, transports=REST)
def read_capacity(tour):
    scaling = {"node_type": "t1", "scaling": "Manual", "manual": {"shards": 2, "replicas": 1}}
    capacity = {"mode": "Dedicated", "dedicated": scaling}
    name = tour.make_index(spec=ServerlessSpec(cloud="aws", region="us-east-1", read_capacity=capacity))
    told = tour.client.describe_index(name).spec.serverless.read_capacity
    told = told if isinstance(told, dict) else told.to_dict()
    same("the mode", told["mode"], "Dedicated")
    same("the nodes", told["dedicated"]["node_type"], "t1")
    same("the shards", told["dedicated"]["manual"], {"shards": 2, "replicas": 1})


@sample("collections of pod indexes", last=8, transports=REST)
def collections(tour):
    name = tour.make_index(spec=PODS)
    tour.open(tour.host_of(name)).upsert(vectors=[("a", [1.0, 2.0, 3.0])])
    collection = f"{name}-c"
    tour.client.create_collection(name=collection, source=name)
    described = tour.client.describe_collection(collection)
    same("the status", described["status"], "Ready")
    same("the records", described["vector_count"], 1)
    same("the dimension", described["dimension"], 3)
    holds("it is not listed", collection in tour.client.list_collections().names())
    copy = tour.make_index(spec=PodSpec(environment="us-east1-gcp", pod_type="p1.x1", pods=1, source_collection=collection))
    fetched = tour.open(tour.host_of(copy)).fetch(ids=["a"])
    same("the copy", list(fetched.vectors["a"].values), [1.0, 2.0, 3.0])
    tour.client.delete_collection(collection)
    refused(lambda: tour.client.describe_collection(collection), "404")


@sample("collections are of pods only", first=9, transports=REST)
def no_collections(tour):
    name = tour.make_index()
    refused(lambda: tour.client.create_collection(name=f"{name}-c", source=name), "400")
    holds("it is listed", f"{name}-c" not in tour.client.list_collections().names())
    refused(lambda: tour.client.describe_collection(f"{name}-c"), "404")


@sample("backups and restore jobs", transports=REST)
def backups(tour):
    name = tour.make_index(metric="euclidean", tags={"kept": "yes"})
    tour.open(tour.host_of(name)).upsert(vectors=[("a", [1.0, 2.0, 3.0])], namespace="ns")
    client = tour.client
    backup = client.create_backup(index_name=name, backup_name="nightly", description="of the night")
    same("the source", backup.source_index_name, name)
    described = client.describe_backup(backup_id=backup.backup_id)
    same("by id", (described.name, described.description, described.status), ("nightly", "of the night", "Ready"))
    same("its records", int(described.record_count), 1)
    same("those of the index", [one.backup_id for one in client.list_backups(index_name=name)], [backup.backup_id])
    holds("it is not listed", backup.backup_id in [one.backup_id for one in client.list_backups()])
    restored = f"{name}-r"
    client.create_index_from_backup(name=restored, backup_id=backup.backup_id)
    same("the metric", client.describe_index(restored).metric, "euclidean")
    same("the records", tour.stats(tour.open(tour.host_of(restored)), "ns"), 1)
    job = next(one for one in client.list_restore_jobs() if one.target_index_name == restored)
    told = client.describe_restore_job(job_id=job.restore_job_id)
    same("the job", (told.status, told.backup_id, told.percent_complete), ("Completed", backup.backup_id, 100))
    client.delete_index(name)
    same("the backup stays", client.describe_backup(backup_id=backup.backup_id).status, "Ready")
    client.delete_backup(backup_id=backup.backup_id)
    refused(lambda: client.describe_backup(backup_id=backup.backup_id), "404")


@sample("start_import, describe_import, list_imports and cancel_import", transports=REST)
def imports(tour):
    index = tour.open(tour.host_of(tour.make_index()))
    started = [index.start_import(uri="file:///films", error_mode=mode).id for mode in ("CONTINUE", "ABORT")]
    done = index.describe_import(id=started[0])
    while done.status in ("Pending", "InProgress"):
        sleep(0.1)
        done = index.describe_import(id=started[0])
    same("the import", (done.status, done.uri, done.records_imported, done.percent_complete), ("Completed", "file:///films", 2, 100))
    holds("its times", done.finished_at is not None and done.created_at is not None)
    same("the record", list(index.fetch(ids=["of ns"], namespace="ns").vectors["of ns"].values), [1.0, 2.0, 3.0])
    same("the list", [one.id for one in index.list_imports(limit=1)], started)
    index.cancel_import(id=started[1])
    refused(lambda: index.describe_import(id="99"), "404")
    refused(lambda: index.start_import(uri="s3://bucket/films"), "file:///path alone")


@sample("indexes by schema, and the resources of version 10", first=10, transports=REST)
def by_schema(tour):
    from pinecone import SchemaBuilder

    client = tour.client
    name = tour.new_name()
    schema = SchemaBuilder().add_dense_vector_field("_values", dimension=3, metric="dotproduct").build()
    deployment = {"deployment_type": "managed", "cloud": "gcp", "region": "us-central1"}
    made = client.indexes.create(name=name, schema=schema, deployment=deployment)
    same("the place", (made.deployment.cloud, made.deployment.region), ("gcp", "us-central1"))
    told = client.indexes.describe(name)
    same("the field", (told.schema.fields["_values"].dimension, told.schema.fields["_values"].metric), (3, "dotproduct"))
    holds("it is not listed", name in [one.name for one in client.indexes.list()])
    holds("it is said not to be there", client.indexes.exists(name))
    client.indexes.configure(name, tags={"a": "b"})
    same("the tags", dict(client.indexes.describe(name).tags), {"a": "b"})
    index = client.index(name)
    index.upsert(vectors=[("a", [1.0, 2.0, 3.0])])
    same("the score", index.query(vector=[1.0, 1.0, 1.0], top_k=1).matches[0].score, 6.0)
    client.indexes.delete(name)
    holds("it is said to be there", not client.indexes.exists(name))


@sample("backup schedules", first=10, transports=REST)
def backup_schedules(tour):
    name = tour.make_index()
    schedules = tour.client.backup_schedules
    made = schedules.create(index_name=name, name="nightly", frequency="daily", retention_days=7)
    same("the schedule", (made.name, made.frequency, made.retention_expire_after_days, made.enabled), ("nightly", "daily", 7, True))
    same("the hour", (made.next_scheduled_run.hour, made.next_scheduled_run.minute), (6, 0))
    same("it again", schedules.describe(schedule_id=made.schedule_id), made)
    same("the list", schedules.list(index_name=name).names(), ["nightly"])
    [run] = list(schedules.iter_history(schedule_id=made.schedule_id))
    same("the run to come", (run.status, run.source_index_name), ("Initializing", name))
    refused(lambda: schedules.create(index_name=name, name="other", frequency="weekly", retention_days=7), "already has an enabled")
    paused = schedules.update(schedule_id=made.schedule_id, frequency="weekly", retention_days=30, enabled=False)
    same("the paused one", (paused.frequency, paused.retention_expire_after_days, paused.enabled), ("weekly", 30, False))
    same("its next run", paused.next_scheduled_run, None)
    schedules.delete(schedule_id=made.schedule_id)
    same("the schedules", list(schedules.iter_schedules(index_name=name)), [])
    refused(lambda: schedules.describe(schedule_id=made.schedule_id), "not found")


@sample("documents in an index of vectors are refused", first=10, transports=REST)
def not_served(tour):
    name = tour.make_index()
    documents = tour.client.index(name).documents
    refused(lambda: documents.upsert(namespace="ns", documents=[{"_id": "a", "_values": [1.0, 2.0, 3.0]}]), "no document schema")


@sample("imports from elsewhere are refused", transports=REST)
def imports(tour):
    refused(lambda: tour.index().start_import(uri="s3://bucket/dir"), "file:///path alone")
