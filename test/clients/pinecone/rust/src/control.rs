use crate::support::{holds, record, refused, same, Check, Tour};
use pinecone_sdk::models::{Cloud, DeletionProtection, IndexModel, Metric, Namespace, State, WaitPolicy};
use std::{error::Error, time::Duration};

const PATIENCE: WaitPolicy = WaitPolicy::WaitFor(Duration::from_secs(20));

pub async fn create_serverless(tour: Tour) -> Check {
    let name = tour.name("serverless");
    let made = tour
        .client
        .create_serverless_index(&name, 4, Metric::Euclidean, Cloud::Gcp, "us-central1", DeletionProtection::Enabled, PATIENCE)
        .await?;
    same("the name", &made.name, &name)?;
    let found = tour.client.describe_index(&name).await?;
    same("the dimension", found.dimension, 4)?;
    same("the metric", found.metric.clone(), Metric::Euclidean)?;
    same("the protection", found.deletion_protection, Some(DeletionProtection::Enabled))?;
    same("the state", (found.status.ready, found.status.state), (true, State::Ready))?;
    let spec = found.spec.serverless.clone().ok_or("it has no serverless spec")?;
    same("the place", (spec.cloud, spec.region.as_str()), (Cloud::Gcp, "us-central1"))?;
    holds(&format!("{} is no host to connect to", found.host), found.host.starts_with("http://"))?;
    let listed = tour.client.list_indexes().await?.indexes.ok_or("no list")?;
    same("the listed index", listed.iter().find(|index| index.name == name), Some(&found))
}

pub async fn create_pod(tour: Tour) -> Check {
    let name = tour.name("pod");
    pod(&tour, &name, None).await?;
    let found = tour.client.describe_index(&name).await?;
    let spec = found.spec.pod.ok_or("it has no pod spec")?;
    same("the environment", spec.environment.as_str(), "us-east-1-aws")?;
    same("the pods", (spec.pod_type.as_str(), spec.pods, spec.replicas, spec.shards), ("p1.x1", 1, 1, 1))?;
    same("the metadata that is indexed", spec.metadata_config.and_then(|config| config.indexed), Some(vec!["genre".to_string()]))
}

async fn pod(tour: &Tour, name: &str, source: Option<&str>) -> Result<IndexModel, Box<dyn Error>> {
    let made = tour.client.create_pod_index(
        name,
        2,
        Metric::Dotproduct,
        "us-east-1-aws",
        "p1.x1",
        1,
        1,
        1,
        DeletionProtection::Disabled,
        Some(&["genre"]),
        source,
        PATIENCE,
    );
    Ok(made.await?)
}

pub async fn configure(tour: Tour) -> Check {
    let name = tour.name("protected");
    tour.create(&name, 2, Metric::Cosine).await?;
    let changed = tour.client.configure_index(&name, Some(DeletionProtection::Enabled), None, None).await?;
    same("the protection", changed.deletion_protection, Some(DeletionProtection::Enabled))?;
    refused(tour.client.delete_index(&name).await, "ActionForbiddenError", "Deletion protection is enabled")?;
    tour.client.configure_index(&name, Some(DeletionProtection::Disabled), None, None).await?;
    tour.client.delete_index(&name).await?;
    Ok(())
}

pub async fn configure_pod(tour: Tour) -> Check {
    let name = tour.name("scaled");
    pod(&tour, &name, None).await?;
    tour.client.configure_index(&name, None, Some(2), Some("p1.x2")).await?;
    let spec = tour.client.describe_index(&name).await?.spec.pod.ok_or("it has no pod spec")?;
    same("the pods", (spec.pod_type.as_str(), spec.replicas, spec.pods), ("p1.x2", 2, 2))
}

pub async fn delete(tour: Tour) -> Check {
    let name = tour.name("deleted");
    tour.create(&name, 2, Metric::Cosine).await?;
    tour.client.delete_index(&name).await?;
    refused(tour.client.describe_index(&name).await, "IndexNotFoundError", &format!("Index {name} not found."))?;
    let listed = tour.client.list_indexes().await?.indexes.ok_or("no list")?;
    same("whether it is listed", listed.iter().any(|index| index.name == name), false)
}

pub async fn errors(tour: Tour) -> Check {
    let client = &tour.client;
    refused(client.delete_index("nobody").await, "IndexNotFoundError", "Index nobody not found.")?;
    refused(client.describe_collection("nobody").await, "CollectionNotFoundError", "Collection nobody not found.")?;
    let name = tour.name("twice");
    tour.create(&name, 2, Metric::Cosine).await?;
    let again = |name: String, dimension: i32| async move {
        let protection = DeletionProtection::Disabled;
        client.create_serverless_index(&name, dimension, Metric::Cosine, Cloud::Aws, "us-east-1", protection, WaitPolicy::NoWait).await
    };
    refused(again(name, 2).await, "ResourceAlreadyExistsError", "ALREADY_EXISTS")?;
    refused(again("Bad_Name".to_string(), 2).await, "BadRequestError", "lower case alphanumeric")?;
    refused(again(tour.name("flat"), 0).await, "BadRequestError", "INVALID_ARGUMENT")
}

pub async fn collections(tour: Tour) -> Check {
    let (source, name) = (tour.name("source"), tour.name("collection"));
    filled_pod(&tour, &source).await?;
    same("the collection's name", &tour.client.create_collection(&name, &source).await?.name, &name)?;
    let found = tour.client.describe_collection(&name).await?;
    same("the collection's shape", (found.dimension, found.vector_count), (Some(2), Some(2)))?;
    same("the environment", found.environment.as_str(), "us-east-1-aws")?;
    let listed = tour.client.list_collections().await?.collections.ok_or("no list")?;
    same("the listed collection", listed.iter().find(|collection| collection.name == name), Some(&found))?;
    tour.client.delete_collection(&name).await?;
    refused(tour.client.describe_collection(&name).await, "CollectionNotFoundError", &name)
}

pub async fn index_from_collection(tour: Tour) -> Check {
    let (source, collection, copy) = (tour.name("source"), tour.name("collection"), tour.name("copy"));
    filled_pod(&tour, &source).await?;
    tour.client.create_collection(&collection, &source).await?;
    let made = pod(&tour, &copy, Some(&collection)).await?;
    let mut index = tour.client.index(&made.host).await?;
    let found = index.fetch(&["a", "b"], &Namespace::from("ns")).await?;
    same("the copied records", found.vectors.len(), 2)
}

async fn filled_pod(tour: &Tour, name: &str) -> Check {
    let made = pod(tour, name, None).await?;
    let mut index = tour.client.index(&made.host).await?;
    index.upsert(&[record("a", &[1.0, 2.0], &[]), record("b", &[3.0, 4.0], &[])], &Namespace::from("ns")).await?;
    Ok(())
}

pub async fn embed(tour: Tour) -> Check {
    let answer = tour.client.embed("polyvec-local", None, &vec!["one text", "another", "one text"]).await?;
    same("the model", answer.model.as_str(), "polyvec-local")?;
    same("the number of embeddings", answer.data.len(), 3)?;
    holds("an embedding is empty", answer.data.iter().all(|embedding| !embedding.values.is_empty()))?;
    same("the embedding of the same text", answer.data[0].values == answer.data[2].values, true)?;
    same("the embedding of another text", answer.data[0].values == answer.data[1].values, false)?;
    holds("no tokens were counted", answer.usage.total_tokens > 0)?;
    refused(tour.client.embed("no-such-model", None, &vec!["text"]).await, "", "no-such-model")
}

pub async fn over_tls(tour: Tour) -> Check {
    let name = tour.name("tls");
    tour.create(&name, 2, Metric::Cosine).await?;
    let host = tour.client.describe_index(&name).await?.host;
    let bare = host.split("://").last().unwrap_or_default().to_string();
    let mut index = tour.client.index(&bare).await?;
    index.upsert(&[record("a", &[1.0, 2.0], &[])], &Namespace::from("ns")).await?;
    let found = index.fetch(&["a"], &Namespace::from("ns")).await?;
    same("the record", found.vectors.get("a"), Some(&record("a", &[1.0, 2.0], &[])))
}
