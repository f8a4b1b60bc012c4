use crate::support::{as_text, refused, same, texts, vector, Check, Tour};
use serde_json::{json, Value};
use std::time::Duration;
use vectorizer_sdk::{SimilarityMetric, UpdateVectorRequest, VectorUpdate};

pub async fn get(tour: Tour) -> Check {
    let name = tour.with_vectors().await?;
    let read = tour.client.get_vector(&name, "vec_003").await?;
    same("id", read.id.as_str(), "vec_003")?;
    same("data", read.data, vec![0.0, 0.0, 1.0, 0.0])?;
    same("metadata", json!(read.metadata), json!({ "category": "new", "page": 1, "draft": false }))
}

pub async fn get_by_path(tour: Tour) -> Check {
    let name = tour.with_vectors().await?;
    let read = tour.client.get_vector_by_path(&name, "vec_003").await?;
    same("id", read.id.as_str(), "vec_003")?;
    same("data", read.data, vec![0.0, 0.0, 1.0, 0.0])?;
    same("metadata", json!(read.metadata), json!({ "category": "new", "page": 1, "draft": false }))
}

pub async fn get_missing(tour: Tour) -> Check {
    let name = tour.with_vectors().await?;
    refused(tour.client.get_vector(&name, "nobody").await, 404, "vector_not_found", "nobody")?;
    refused(tour.client.get_vector_by_path(&name, "nobody").await, 404, "vector_not_found", "nobody")?;
    refused(tour.client.get_vector("rust-nowhere", "a").await, 404, "collection_not_found", "rust-nowhere")
}

pub async fn unusual_ids(tour: Tour) -> Check {
    let name = tour.create(4, SimilarityMetric::Cosine).await?;
    for id in ["a b", "a/b/c", "ünï", "100%", "doc:42", "a+b&c=d"] {
        tour.client.insert_vectors(&name, vec![vector(id, &[1.0, 0.0, 0.0, 0.0], json!({}))]).await?;
        same("id", tour.client.get_vector(&name, id).await?.id.as_str(), id)?;
        tour.client.delete_vector(&name, id).await?;
        same("how many are left", tour.ids(&name).await?.len(), 0)?;
    }
    Ok(())
}

pub async fn get_chunk(tour: Tour) -> Check {
    let name = tour.create(512, SimilarityMetric::Cosine).await?;
    let first = tour.client.insert_text(&name, "long", &"brown fox ".repeat(300), None).await?;
    refused(tour.client.get_vector(&name, &first.id).await, 404, "vector_not_found", "Vector not found: long\"")
}

pub async fn list(tour: Tour) -> Check {
    let name = tour.with_vectors().await?;
    let page = tour.client.list_vectors(&name, Some(1), Some(3)).await?;
    same("the page", (page.total, page.limit, page.offset), (4, 3, 3))?;
    same("its ids", page.vectors.iter().map(|one| as_text(&one["id"])).collect(), texts(&["vec_004"]))?;
    same("its vectors", page.vectors[0]["vector"].clone(), json!([0, 0, 0, 1]))?;
    same("its payloads", page.vectors[0]["payload"]["page"].clone(), json!(7.5))?;
    same("its message", page.message.as_deref(), Some("Showing 1 of 4 vectors. Use pagination for more."))?;
    let all = tour.client.list_vectors(&name, None, None).await?;
    same("all", (all.vectors.len(), all.limit, all.offset, all.message), (4, 10, 0, None))
}

pub async fn update(tour: Tour) -> Check {
    let name = tour.with_vectors().await?;
    let request =
        UpdateVectorRequest { id: "vec_003".to_string(), metadata: Some(json!({ "page": 2, "draft": null, "seen": true })) };
    same("id", tour.client.update_vector(&name, "vec_003", request).await?.id.as_str(), "vec_003")?;
    let read = tour.client.get_vector(&name, "vec_003").await?;
    same("metadata", json!(read.metadata), json!({ "category": "new", "page": 2, "seen": true }))?;
    same("data", read.data, vec![0.0, 0.0, 1.0, 0.0])
}

pub async fn update_missing(tour: Tour) -> Check {
    let name = tour.with_vectors().await?;
    let request = UpdateVectorRequest { id: "nobody".to_string(), metadata: Some(json!({ "page": 2 })) };
    refused(tour.client.update_vector(&name, "nobody", request).await, 404, "vector_not_found", "nobody")?;
    same("how many there are", tour.ids(&name).await?.len(), 4)
}

pub async fn batch_update(tour: Tour) -> Check {
    let name = tour.with_vectors().await?;
    let updates = vec![
        change("vec_001", None, Some(json!({ "page": 9 }))),
        change("vec_002", Some(&[0.0, 0.0, 0.0, 2.0]), None),
        change("nobody", None, Some(json!({}))),
        change("vec_003", Some(&[1.0]), None),
    ];
    let report = tour.client.batch_update_vectors(&name, updates).await?;
    same("collection", report.collection, name.clone())?;
    same("counts", (report.total, report.successful, report.failed), (4, 2, 2))?;
    let statuses: Vec<_> = report.results.iter().map(|row| as_text(&row["status"])).collect();
    same("statuses", statuses, texts(&["ok", "ok", "error", "error"]))?;
    same("an unknown id", as_text(&report.results[2]["error"]), "Vector not found: nobody".to_string())?;
    same("a wrong length", as_text(&report.results[3]["error"]), "vector dim 1 != collection dim 4".to_string())?;
    same("a payload is replaced", tour.payload(&name, "vec_001").await?, json!({ "page": 9 }))?;
    let second = tour.client.get_vector(&name, "vec_002").await?;
    same("a vector is replaced", second.data, vec![0.0, 0.0, 0.0, 1.0])?;
    same("its payload stays", json!(second.metadata)["category"].clone(), json!("old"))
}

pub async fn bulk_update(tour: Tour) -> Check {
    let name = tour.with_vectors().await?;
    let patch = json!({ "category": "archive", "tags": null });
    let report = tour.client.bulk_update_metadata(&name, json!({ "category": "old" }), patch).await?;
    same("counts", (report.scanned, report.matched, report.updated), (4, 2, 2))?;
    let rows: Vec<_> = report.results.iter().map(|row| (as_text(&row["id"]), as_text(&row["status"]))).collect();
    let updated = |id: &str| (id.to_string(), "updated".to_string());
    same("results", rows, vec![updated("vec_001"), updated("vec_002")])?;
    same("a match", tour.payload(&name, "vec_001").await?, json!({ "category": "archive", "page": 1, "draft": false }))?;
    same("another", tour.payload(&name, "vec_003").await?["category"].clone(), json!("new"))
}

pub async fn expiry(tour: Tour) -> Check {
    let name = tour.with_vectors().await?;
    let never = 32_503_680_000_000;
    tour.client.set_vector_expiry(&name, "vec_001", Some(never)).await?;
    same("a time that is far", tour.payload(&name, "vec_001").await?["__expires_at"].clone(), json!(never))?;
    tour.client.set_vector_expiry(&name, "vec_001", None).await?;
    same("no time", tour.payload(&name, "vec_001").await?["__expires_at"].clone(), Value::Null)?;
    tour.client.set_vector_expiry(&name, "vec_002", Some(1_000)).await?;
    // the test's own time limit ends it
    while tour.ids(&name).await?.len() == 4 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    same("what is left", tour.ids(&name).await?, texts(&["vec_001", "vec_003", "vec_004"]))?;
    refused(tour.client.set_vector_expiry(&name, "nobody", Some(1_000)).await, 404, "vector_not_found", "nobody")
}

pub async fn copy(tour: Tour) -> Check {
    let (source, destination) = (tour.with_vectors().await?, tour.create(4, SimilarityMetric::Cosine).await?);
    let report = tour.client.copy_vectors(&source, &destination, &texts(&["vec_001", "nobody"])).await?;
    same("collections", (report.src, report.dst), (source.clone(), destination.clone()))?;
    same("counts", (report.requested, report.copied, report.failed), (2, 1, 1))?;
    let statuses: Vec<_> = report.results.iter().map(|row| row.status.as_str()).collect();
    same("statuses", statuses, vec!["ok", "missing_in_src"])?;
    same("the copy", tour.payload(&destination, "vec_001").await?, tour.payload(&source, "vec_001").await?)?;
    same("at the source", tour.ids(&source).await?.len(), 4)?;
    same("at the destination", tour.ids(&destination).await?, texts(&["vec_001"]))
}

pub async fn move_vectors(tour: Tour) -> Check {
    let (source, destination) = (tour.with_vectors().await?, tour.create(4, SimilarityMetric::Cosine).await?);
    let report = tour.client.move_to_collection(&source, &destination, &texts(&["vec_001", "nobody", "vec_004"])).await?;
    same("collections", (report.src, report.dst), (source.clone(), destination.clone()))?;
    same("counts", (report.requested, report.moved, report.failed), (3, 2, 1))?;
    same("at the source", tour.ids(&source).await?, texts(&["vec_002", "vec_003"]))?;
    same("at the destination", tour.ids(&destination).await?, texts(&["vec_001", "vec_004"]))?;
    same("a vector", tour.client.get_vector(&destination, "vec_004").await?.data, vec![0.0, 0.0, 0.0, 1.0])?;
    refused(
        tour.client.move_to_collection(&source, &source, &texts(&["vec_002"])).await,
        400,
        "validation_error",
        "destination",
    )?;
    refused(
        tour.client.move_to_collection(&source, "rust-nowhere", &texts(&["a"])).await,
        404,
        "collection_not_found",
        "rust-nowhere",
    )
}

fn change(id: &str, vector: Option<&[f32]>, payload: Option<Value>) -> VectorUpdate {
    VectorUpdate { id: id.to_string(), vector: vector.map(<[f32]>::to_vec), payload }
}
