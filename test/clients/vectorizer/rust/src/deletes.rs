use crate::support::{as_text, holds, refused, same, texts, vector, Check, Tour};
use serde_json::{json, Value};
use vectorizer_sdk::{
    DeleteByFilterReport, QdrantCondition, QdrantFilter, QdrantGeoBoundingBox, QdrantGeoPoint, QdrantGeoRadius, QdrantRange,
    QdrantValuesCount, SimilarityMetric,
};

pub async fn one(tour: Tour) -> Check {
    let name = tour.with_vectors().await?;
    tour.client.delete_vector(&name, "vec_002").await?;
    same("what is left", tour.ids(&name).await?, texts(&["vec_001", "vec_003", "vec_004"]))?;
    same("the count", tour.client.get_collection_info(&name).await?.vector_count, 3)
}

pub async fn one_missing(tour: Tour) -> Check {
    let name = tour.with_vectors().await?;
    refused(tour.client.delete_vector(&name, "nobody").await, 404, "vector_not_found", "nobody")?;
    tour.client.delete_vector(&name, "vec_002").await?;
    refused(tour.client.delete_vector(&name, "vec_002").await, 404, "vector_not_found", "vec_002")?;
    refused(tour.client.delete_vector("rust-nowhere", "vec_002").await, 404, "collection_not_found", "rust-nowhere")
}

pub async fn chunk(tour: Tour) -> Check {
    let name = tour.create(512, SimilarityMetric::Cosine).await?;
    tour.client.insert_text(&name, "long", &"brown fox ".repeat(300), None).await?;
    let chunks = tour.ids(&name).await?;
    same("the first chunk", chunks[0].as_str(), "long#0")?;
    refused(tour.client.delete_vector(&name, "long#0").await, 404, "vector_not_found", "long")?;
    same("what is left", tour.ids(&name).await?, chunks.clone())?;
    // ids in a body arrive whole
    same("deleted by their ids", tour.client.delete_vectors(&name, &chunks).await?.deleted, chunks.len())
}

pub async fn many(tour: Tour) -> Check {
    let name = tour.with_vectors().await?;
    let report = tour.client.delete_vectors(&name, &texts(&["vec_001", "nobody", "vec_003"])).await?;
    same("collection", report.collection, name.clone())?;
    same("counts", (report.count, report.deleted, report.failed), (3, 2, 1))?;
    let rows: Vec<_> = report.results.iter().map(|row| (row.index, row.id.as_deref(), row.status.as_str())).collect();
    let expected = vec![(Some(0), Some("vec_001"), "ok"), (Some(1), Some("nobody"), "error"), (Some(2), Some("vec_003"), "ok")];
    same("results", rows, expected)?;
    same("the error", report.results[1].error.as_deref(), Some("Vector not found: nobody"))?;
    same("what is left", tour.ids(&name).await?, texts(&["vec_002", "vec_004"]))
}

pub async fn many_empty(tour: Tour) -> Check {
    let name = tour.with_vectors().await?;
    refused(tour.client.delete_vectors(&name, &[]).await, 400, "validation_error", "ids")?;
    same("how many are left", tour.ids(&name).await?.len(), 4)
}

pub async fn many_missing(tour: Tour) -> Check {
    let report = tour.client.delete_vectors("rust-nowhere", &texts(&["a", "b"])).await?;
    same("counts", (report.count, report.deleted, report.failed), (2, 0, 2))?;
    same("the error", report.results[1].error.as_deref(), Some("Collection not found: rust-nowhere"))
}

pub async fn by_map(tour: Tour) -> Check {
    let name = tour.with_vectors().await?;
    let report = tour.client.delete_by_filter(&name, json!({ "category": "old" })).await?;
    deleted(&report, 4, &["vec_001", "vec_002"])?;
    same("what is left", tour.ids(&name).await?, texts(&["vec_003", "vec_004"]))?;
    deleted(&tour.client.delete_by_filter(&name, json!({ "category": "old" })).await?, 2, &[])
}

pub async fn by_operators(tour: Tour) -> Check {
    deletes(&tour, json!({ "page": { "$lt": 5 } }), &["vec_001", "vec_002", "vec_003"]).await?;
    deletes(&tour, json!({ "page": { "$in": [1, 7.5] }, "category": "new" }), &["vec_003", "vec_004"]).await?;
    deletes(&tour, json!({ "$or": [{ "page": 2 }, { "page": 7.5 }] }), &["vec_002", "vec_004"]).await?;
    let name = tour.with_vectors().await?;
    refused(tour.client.delete_by_filter(&name, json!({ "page": { "$near": 5 } })).await, 400, "parse_error", "$near")?;
    same("how many are left", tour.ids(&name).await?.len(), 4)
}

pub async fn by_matches(tour: Tour) -> Check {
    let old = QdrantCondition::match_string("category", "old");
    deletes(&tour, built(QdrantFilter::must(vec![old.clone()]))?, &["vec_001", "vec_002"]).await?;
    let first_page = QdrantCondition::match_integer("page", 1);
    deletes(&tour, built(QdrantFilter::must(vec![first_page.clone()]))?, &["vec_001", "vec_003"]).await?;
    let draft = QdrantCondition::match_bool("draft", true);
    deletes(&tour, built(QdrantFilter::must(vec![draft]))?, &["vec_002"]).await?;
    deletes(&tour, built(QdrantFilter::must(vec![old, first_page]))?, &["vec_001"]).await
}

pub async fn by_range(tour: Tour) -> Check {
    let range = |range| built(QdrantFilter::must(vec![QdrantCondition::range("page", range)]));
    deletes(&tour, range(QdrantRange::gte(2.0))?, &["vec_002", "vec_004"]).await?;
    deletes(&tour, range(QdrantRange::lt(2.0))?, &["vec_001", "vec_003"]).await?;
    deletes(&tour, range(QdrantRange::between_inclusive(2.0, 7.5))?, &["vec_002", "vec_004"]).await?;
    let two_tags = QdrantValuesCount { gte: Some(2), ..Default::default() };
    deletes(&tour, built(QdrantFilter::must(vec![QdrantCondition::values_count("tags", two_tags)]))?, &["vec_001"]).await
}

pub async fn by_clauses(tour: Tour) -> Check {
    let pages = vec![QdrantCondition::match_integer("page", 1), QdrantCondition::match_integer("page", 2)];
    deletes(&tour, built(QdrantFilter::should(pages))?, &["vec_001", "vec_002", "vec_003"]).await?;
    let old = vec![QdrantCondition::match_string("category", "old")];
    deletes(&tour, built(QdrantFilter::must_not(old.clone()))?, &["vec_003", "vec_004"]).await?;
    let inner = QdrantCondition::nested(QdrantFilter::must_not(old));
    let outer = QdrantFilter::must(vec![QdrantCondition::match_integer("page", 1), inner]);
    deletes(&tour, built(outer)?, &["vec_003"]).await
}

pub async fn by_place(tour: Tour) -> Check {
    let near = |radius| QdrantCondition::GeoRadius {
        key: "place".to_string(),
        geo_radius: QdrantGeoRadius { center: QdrantGeoPoint::new(52.4, 13.0), radius },
    };
    deletes(&tour, built(QdrantFilter::must(vec![near(1_000.0)]))?, &[]).await?;
    deletes(&tour, built(QdrantFilter::must(vec![near(50_000.0)]))?, &["vec_004"]).await?;
    let inside = QdrantCondition::GeoBoundingBox {
        key: "place".to_string(),
        geo_bounding_box: QdrantGeoBoundingBox {
            top_right: QdrantGeoPoint::new(53.0, 14.0),
            bottom_left: QdrantGeoPoint::new(52.0, 13.0),
        },
    };
    deletes(&tour, built(QdrantFilter::must(vec![inside]))?, &["vec_004"]).await
}

pub async fn by_nothing(tour: Tour) -> Check {
    let name = tour.with_vectors().await?;
    let empty = [
        json!({}),
        built(QdrantFilter::default())?,
        built(QdrantFilter::must(vec![]))?,
        built(QdrantFilter::must(vec![QdrantCondition::nested(QdrantFilter::default())]))?,
    ];
    for filter in empty {
        refused(tour.client.delete_by_filter(&name, filter).await, 400, "validation_error", "filter has no conditions")?;
    }
    same("how many are left", tour.ids(&name).await?.len(), 4)?;
    // another vector, to see that the collection still takes deletes
    tour.client.insert_vectors(&name, vec![vector("last", &[1.0, 1.0, 0.0, 0.0], json!({ "category": "last" }))]).await?;
    deleted(&tour.client.delete_by_filter(&name, json!({ "category": "last" })).await?, 5, &["last"])
}

fn built(filter: QdrantFilter) -> Result<Value, serde_json::Error> {
    serde_json::to_value(filter)
}

/// The filter deletes these of four vectors and leaves the others.
async fn deletes(tour: &Tour, filter: Value, expected: &[&str]) -> Check {
    let name = tour.with_vectors().await?;
    let before = tour.ids(&name).await?;
    deleted(&tour.client.delete_by_filter(&name, filter).await?, 4, expected)?;
    let left: Vec<_> = before.into_iter().filter(|id| !expected.contains(&id.as_str())).collect();
    same("what is left", tour.ids(&name).await?, left)
}

fn deleted(report: &DeleteByFilterReport, scanned: usize, expected: &[&str]) -> Check {
    same("counts", (report.scanned, report.matched, report.deleted), (scanned, expected.len(), expected.len()))?;
    let ids: Vec<_> = report.results.iter().map(|row| as_text(&row["id"])).collect();
    same("results", ids, texts(expected))?;
    holds("a result is not deleted", report.results.iter().all(|row| row["status"] == "deleted"))
}
