use crate::support::{holds, refused, same, vector, Check, Tour};
use serde_json::json;
use vectorizer_sdk::{ReindexParams, SimilarityMetric};

pub async fn create(tour: Tour) -> Check {
    let name = tour.name("made");
    let made = tour.client.create_collection(&name, 3, None).await?;
    same("the answer", (made.name, made.dimension, made.metric.as_str()), (name.clone(), 3, "cosine"))?;

    let info = tour.client.get_collection_info(&name).await?;
    same("its name", info.name, name.clone())?;
    same("its size", (info.dimension, info.metric.as_str(), info.vector_count, info.document_count), (3, "Cosine", 0, 0))?;
    same("its status", info.status, Some("ready".to_string()))?;
    same("its indexing", info.indexing_status.map(|indexing| indexing.status), Some("completed".to_string()))?;
    holds("it has no times", !info.created_at.is_empty() && !info.updated_at.is_empty())?;
    same("its quantization", info.quantization.map(|quantization| quantization["enabled"].clone()), Some(json!(false)))?;
    same("its bytes", info.size.map(|size| size["total_bytes"].clone()), Some(json!(0)))?;

    tour.client.insert_vectors(&name, vec![vector("a", &[3.0, 4.0, 0.0], json!({ "file_path": "a.md" }))]).await?;
    let filled = tour.client.get_collection_info(&name).await?;
    same("what is in it", (filled.vector_count, filled.document_count), (1, 1))?;

    let listed = tour.client.list_collections().await?;
    let own = listed.iter().find(|one| one.name == name).ok_or("it is not in the list")?;
    same("in the list", (own.dimension, own.metric.as_deref(), own.vector_count), (3, Some("Cosine"), 1))?;
    let names: Vec<_> = listed.iter().map(|one| one.name.clone()).collect();
    let mut sorted = names.clone();
    sorted.sort();
    same("the order of the list", names, sorted)
}

pub async fn metrics(tour: Tour) -> Check {
    // the client sends `dotproduct`
    let metrics = [
        (SimilarityMetric::Cosine, "Cosine"),
        (SimilarityMetric::Euclidean, "Euclidean"),
        (SimilarityMetric::DotProduct, "DotProduct"),
    ];
    for (metric, expected) in metrics {
        let name = tour.create(2, metric).await?;
        same("metric", tour.client.get_collection_info(&name).await?.metric.as_str(), expected)?;
    }
    Ok(())
}

pub async fn taken(tour: Tour) -> Check {
    let name = tour.with_vectors().await?;
    refused(tour.client.create_collection(&name, 4, None).await, 409, "collection_already_exists", &name)?;
    same("what is in it", tour.client.get_collection_info(&name).await?.vector_count, 4)
}

pub async fn missing(tour: Tour) -> Check {
    refused(tour.client.get_collection_info("rust-nowhere").await, 404, "collection_not_found", "rust-nowhere")?;
    refused(tour.client.delete_collection("rust-nowhere").await, 404, "collection_not_found", "rust-nowhere")
}

pub async fn delete(tour: Tour) -> Check {
    let name = tour.with_vectors().await?;
    tour.client.delete_collection(&name).await?;
    refused(tour.client.get_collection_info(&name).await, 404, "collection_not_found", &name)?;
    holds("it is in the list", tour.client.list_collections().await?.iter().all(|one| one.name != name))?;
    tour.client.create_collection(&name, 4, None).await?;
    same("what is in the new one", tour.ids(&name).await?.len(), 0)
}

pub async fn rename(tour: Tour) -> Check {
    let (old, new) = (tour.with_vectors().await?, tour.name("renamed"));
    tour.client.rename_collection(&old, &new).await?;
    same("by its new name", tour.client.get_collection_info(&new).await?.name, new.clone())?;
    same("by its old name", tour.client.get_collection_info(&old).await?.name, new.clone())?;
    tour.client.delete_vector(&old, "vec_001").await?;
    same("what is in it", tour.client.get_collection_info(&new).await?.vector_count, 3)?;
    let other = tour.create(4, SimilarityMetric::Cosine).await?;
    refused(tour.client.rename_collection(&new, &other).await, 409, "collection_already_exists", &other)
}

pub async fn ttl(tour: Tour) -> Check {
    let name = tour.create(4, SimilarityMetric::Cosine).await?;
    same("at first", tour.client.get_collection_ttl(&name).await?, None)?;
    tour.client.set_collection_ttl(&name, Some(3600)).await?;
    same("once set", tour.client.get_collection_ttl(&name).await?, Some(3600))?;
    tour.client.insert_vectors(&name, vec![vector("a", &[1.0, 0.0, 0.0, 0.0], json!({}))]).await?;
    let expires = tour.payload(&name, "a").await?["__expires_at"].as_i64();
    holds("a vector does not expire", expires.is_some())?;
    tour.client.set_collection_ttl(&name, None).await?;
    same("once cleared", tour.client.get_collection_ttl(&name).await?, None)?;
    refused(tour.client.set_collection_ttl(&name, Some(0)).await, 400, "validation_error", "ttl_secs")
}

pub async fn reindex(tour: Tour) -> Check {
    let name = tour.with_vectors().await?;
    let job = tour.client.reindex_collection(&name, ReindexParams { m: 32, ef_construction: 400, ef_search: 150 }).await?;
    same("the job", (job.collection, job.state.as_str(), job.progress), (name.clone(), "completed", 1.0))?;
    same("its parameters", job.params["ef_search"].clone(), json!(150))?;
    same("what is in it", tour.client.get_collection_info(&name).await?.vector_count, 4)?;
    let wrong = ReindexParams { m: 1, ef_construction: 400, ef_search: 150 };
    refused(tour.client.reindex_collection(&name, wrong).await, 400, "invalid_configuration", "m")
}

pub async fn reencode(tour: Tour) -> Check {
    let name = tour.with_vectors().await?;
    let job = tour.client.reencode_collection(&name, "sq8").await?;
    same("the job", (job.collection, job.state.as_str(), job.progress), (name.clone(), "completed", 1.0))?;
    same("its encoding", job.target_encoding.as_str(), "sq8")?;
    let quantization = tour.client.get_collection_info(&name).await?.quantization;
    same("in the collection", quantization.map(|one| one["bits"].clone()), Some(json!(8)))?;
    refused(tour.client.reencode_collection(&name, "sq7").await, 400, "validation_error", "target_encoding")
}

pub async fn force_save(tour: Tour) -> Check {
    tour.client.force_save_collection(&tour.with_vectors().await?).await?;
    refused(tour.client.force_save_collection("rust-nowhere").await, 404, "collection_not_found", "rust-nowhere")
}

pub async fn empty(tour: Tour) -> Check {
    let (empty, filled) = (tour.create(4, SimilarityMetric::Cosine).await?, tour.with_vectors().await?);
    let listed = tour.client.list_empty_collections().await?;
    holds("the empty one is not listed", listed.contains(&empty))?;
    holds("the filled one is listed", !listed.contains(&filled))?;
    let report = tour.client.cleanup_empty_collections().await?;
    holds("it did not succeed", report.success)?;
    same("how many were removed", report.removed, listed.len())?;
    same("which were removed", report.collections, listed)?;
    refused(tour.client.get_collection_info(&empty).await, 404, "collection_not_found", &empty)?;
    same("what is in the filled one", tour.client.get_collection_info(&filled).await?.vector_count, 4)?;
    same("what is empty now", tour.client.list_empty_collections().await?.len(), 0)
}

pub async fn snapshots(tour: Tour) -> Check {
    let name = tour.with_vectors().await?;
    refused(tour.client.snapshot_collection_native(&name).await, 501, "unimplemented", "")?;
    refused(tour.client.list_collection_snapshots_native(&name).await, 501, "unimplemented", "")?;
    refused(tour.client.restore_collection_snapshot_native(&name, "some").await, 501, "unimplemented", "")
}
