use crate::support::{holds, near, same, text, texts, vector, Check, Tour};
use serde_json::{json, Value};
use std::collections::HashMap;
use vectorizer_sdk::{BatchInsertItem, RawVectorInsert, SimilarityMetric};

pub async fn insert_text(tour: Tour) -> Check {
    let name = tour.create(512, SimilarityMetric::Cosine).await?;
    let metadata = json!({ "kind": "animal", "legs": 4, "tame": true, "names": ["a", "b"], "place": { "room": 1.5 } });
    let made = tour.client.insert_text(&name, "cat", "a cat on the roof", Some(metadata.clone())).await?;
    same("id", made.id.as_str(), "cat")?;
    let read = tour.client.get_vector(&name, "cat").await?;
    same("metadata", json!(read.metadata), metadata)?;
    same("dimension", read.data.len(), 512)?;
    let embedding = tour.client.embed_text("a cat on the roof", None).await?.embedding;
    near("its product with the embedding", read.data.iter().zip(&embedding).map(|(left, right)| left * right).sum(), 1.0)
}

pub async fn insert_text_again(tour: Tour) -> Check {
    let name = tour.create(512, SimilarityMetric::Cosine).await?;
    tour.client.insert_text(&name, "a", "a cat", Some(json!({ "kind": "animal", "page": 1 }))).await?;
    let before = tour.client.get_vector(&name, "a").await?;
    tour.client.insert_text(&name, "a", "income tax", Some(json!({ "kind": "money" }))).await?;
    let after = tour.client.get_vector(&name, "a").await?;
    same("metadata", json!(after.metadata), json!({ "kind": "money" }))?;
    holds("the vector is the old one", before.data != after.data)?;
    same("the count", tour.client.get_collection_info(&name).await?.vector_count, 1)
}

pub async fn insert_long_text(tour: Tour) -> Check {
    let name = tour.create(512, SimilarityMetric::Cosine).await?;
    let first = tour.client.insert_text(&name, "long", &"brown fox ".repeat(300), Some(json!({ "kind": "story" }))).await?;
    same("id", first.id.as_str(), "long#0")?;
    same("ids", tour.ids(&name).await?, texts(&["long#0", "long#1"]))?;
    let page = tour.client.list_vectors(&name, None, None).await?;
    let payload = &page.vectors[1]["payload"];
    same("parent_id", payload["parent_id"].clone(), json!("long"))?;
    same("chunk_index", payload["chunk_index"].clone(), json!(1))?;
    same("kind", payload["kind"].clone(), json!("story"))?;
    let report = tour.client.delete_by_filter(&name, json!({ "parent_id": "long" })).await?;
    same("deleted by parent_id", report.deleted, 2)
}

pub async fn insert_text_creates(tour: Tour) -> Check {
    let name = tour.name("on-demand");
    tour.client.insert_text(&name, "a", "a cat", None).await?;
    let info = tour.client.get_collection_info(&name).await?;
    same("the collection", (info.dimension, info.metric.as_str(), info.vector_count), (512, "Cosine", 1))
}

pub async fn insert_texts(tour: Tour) -> Check {
    let name = tour.create(512, SimilarityMetric::Cosine).await?;
    let sent = vec![text("fox", "the quick brown fox", &[("kind", "animal")]), text("tax", "income tax return", &[])];
    let response = tour.client.insert_texts(&name, sent).await?;
    holds("it is no success", response.success)?;
    same("collection", response.collection, name.clone())?;
    same("failed", (response.successful_operations, response.failed_operations), (2, 0))?;
    let rows: Vec<_> = response.results.iter().map(|row| (row.index, row.client_id.as_str(), row.status.as_str())).collect();
    same("results", rows, vec![(0, "fox", "ok"), (1, "tax", "ok")])?;
    same("ids", response.results[1].vector_ids.clone(), texts(&["tax"]))?;
    same("chunks", (response.results[1].chunked, response.results[1].vectors_created), (false, 1))?;
    same("ids", tour.ids(&name).await?, texts(&["fox", "tax"]))?;
    same("metadata", tour.payload(&name, "fox").await?, json!({ "kind": "animal" }))?;
    same("no metadata", tour.payload(&name, "tax").await?, json!({}))
}

pub async fn insert_texts_partly(tour: Tour) -> Check {
    let name = tour.create(512, SimilarityMetric::Cosine).await?;
    let sent = vec![text("a#b", "brown fox", &[]), text("good", "brown fox", &[])];
    let response = tour.client.insert_texts(&name, sent).await?;
    holds("it is a success", !response.success)?;
    same("counts", (response.successful_operations, response.failed_operations), (1, 1))?;
    same("the entry", (response.results[0].client_id.as_str(), response.results[0].status.as_str()), ("a#b", "error"))?;
    holds("the entry has no error", response.results[0].error.as_ref().is_some_and(|error| error.contains('#')))?;
    same("errors", response.errors.len(), 1)?;
    same("ids", tour.ids(&name).await?, texts(&["good"]))
}

pub async fn batch_insert_texts(tour: Tour) -> Check {
    let name = tour.create(512, SimilarityMetric::Cosine).await?;
    let report = tour
        .client
        .batch_insert_texts(
            &name,
            vec![
                item(Some("a"), "brown fox", Some(json!({ "page": 1, "tags": ["x"] }))),
                item(Some("b"), "income tax", None),
                item(Some(" c"), "income tax", None),
            ],
        )
        .await?;
    same("collection", report.collection, name.clone())?;
    same("counts", (report.total, report.successful, report.failed), (3, 2, 1))?;
    let statuses: Vec<_> = report.results.iter().map(|row| row.status.as_str()).collect();
    same("statuses", statuses, vec!["ok", "ok", "error"])?;
    same("ids", tour.ids(&name).await?, texts(&["a", "b"]))?;
    same("metadata", tour.payload(&name, "a").await?, json!({ "page": 1, "tags": ["x"] }))
}

/// An entry without an id is answered with `client_id: null`, where the client demands a text. The other samples give ids.
pub async fn batch_insert_without_ids(tour: Tour) -> Check {
    let name = tour.create(4, SimilarityMetric::Cosine).await?;
    let result = tour.client.batch_insert_texts(&name, vec![item(None, "brown fox", None)]).await;
    let error = result.err().ok_or("the answer was read")?.to_string();
    holds(&format!("it failed with {error}"), error.contains("invalid type: null, expected a string"))?;
    let anonymous = RawVectorInsert { id: None, embedding: vec![1.0, 0.0, 0.0, 0.0], payload: None, metadata: None };
    let result = tour.client.insert_vectors(&name, vec![anonymous]).await;
    let error = result.err().ok_or("the answer was read")?.to_string();
    holds(&format!("it failed with {error}"), error.contains("invalid type: null, expected a string"))?;
    let ids = tour.ids(&name).await?;
    same("how many there are", ids.len(), 2)?;
    holds("an id is no UUID", ids.iter().all(|id| id.len() == 36))
}

pub async fn insert_vectors(tour: Tour) -> Check {
    let name = tour.create(2, SimilarityMetric::Euclidean).await?;
    let metadata = HashMap::from([("kind".to_string(), "pair".to_string())]);
    let report = tour
        .client
        .insert_vectors(
            &name,
            vec![
                vector("a", &[3.0, 4.0], json!({ "page": 1.5, "deep": { "list": [1, null] } })),
                RawVectorInsert { id: Some("b".to_string()), embedding: vec![0.0, 0.5], payload: None, metadata: Some(metadata) },
            ],
        )
        .await?;
    same("collection", report.collection, name.clone())?;
    same("counts", (report.total, report.successful, report.failed), (2, 2, 0))?;
    let read = tour.client.get_vector(&name, "a").await?;
    same("vector", read.data, vec![3.0, 4.0])?;
    same("payload", json!(read.metadata), json!({ "page": 1.5, "deep": { "list": [1, null] } }))?;
    same("metadata", tour.payload(&name, "b").await?, json!({ "kind": "pair" }))?;
    // vectors of a collection by cosine have the length 1
    let cosine = tour.create(2, SimilarityMetric::Cosine).await?;
    tour.client.insert_vectors(&cosine, vec![vector("a", &[3.0, 4.0], json!({}))]).await?;
    same("vector by cosine", tour.client.get_vector(&cosine, "a").await?.data, vec![0.6, 0.8])
}

pub async fn wrong_dimension(tour: Tour) -> Check {
    let name = tour.create(2, SimilarityMetric::Cosine).await?;
    let sent = vec![vector("long", &[1.0, 2.0, 3.0], json!({})), vector("good", &[1.0, 2.0], json!({}))];
    let report = tour.client.insert_vectors(&name, sent).await?;
    same("counts", (report.total, report.successful, report.failed), (2, 1, 1))?;
    same(
        "the error",
        report.results[0].error.as_deref(),
        Some("Invalid embedding: embedding length 3 does not match collection dimension 2"),
    )?;
    same("ids", tour.ids(&name).await?, texts(&["good"]))
}

fn item(id: Option<&str>, text: &str, metadata: Option<Value>) -> BatchInsertItem {
    BatchInsertItem { id: id.map(str::to_string), text: text.to_string(), metadata }
}
