use crate::support::{holds, refused, same, Check, Tour};
use serde_json::{json, Value};
use std::error::Error;

pub async fn collections(tour: Tour) -> Check {
    let name = tour.name("qdrant");
    let made = tour.client.qdrant_create_collection(&name, &config()).await?;
    same("made", (made["status"].clone(), made["result"].clone()), (json!("ok"), json!(true)))?;
    let read = tour.client.qdrant_get_collection(&name).await?;
    same("vectors", read["result"]["config"]["params"]["vectors"].clone(), json!({ "size": 2, "distance": "Euclid" }))?;
    same("points_count", read["result"]["points_count"].clone(), json!(0))?;
    let listed = tour.client.qdrant_list_collections().await?;
    let names = listed["result"]["collections"].as_array().ok_or("there is no list")?;
    holds("it is not listed", names.contains(&json!({ "name": name })))?;
    same("for the others", tour.client.get_collection_info(&name).await?.metric.as_str(), "Euclidean")?;
    let again = tour.client.qdrant_create_collection(&name, &config()).await;
    refused(again, 409, "collection_already_exists", &name)
}

pub async fn points(tour: Tour) -> Check {
    let name = filled(&tour).await?;
    let read = tour.client.qdrant_retrieve_points(&name, &[json!(7), json!("nobody"), json!("word")], true, true).await?;
    let expected = json!([
        { "id": 7, "payload": { "page": 1 }, "vector": [1, 0] },
        { "id": "word", "payload": { "page": 2 }, "vector": [0, 2] },
    ]);
    same("points", read["result"].clone(), expected)?;
    let bare = tour.client.qdrant_retrieve_points(&name, &[json!(7)], false, false).await?;
    same("a bare point", bare["result"].clone(), json!([{ "id": 7, "payload": null }]))?;
    let filter = json!({ "must": [{ "key": "page", "match": { "value": 2 } }] });
    same("matches", tour.client.qdrant_count_points(&name, Some(&filter)).await?["result"]["count"].clone(), json!(1))?;
    same("all", tour.client.qdrant_count_points(&name, None).await?["result"]["count"].clone(), json!(3))?;
    same("by its text", tour.client.get_vector(&name, "7").await?.data, vec![1.0, 0.0])
}

pub async fn search(tour: Tour) -> Check {
    let name = filled(&tour).await?;
    let found = tour.client.qdrant_search_points(&name, &[1.0, 0.0], Some(2), None, true, false).await?;
    same("ids", ids(&found), json!([7, 8]))?;
    same("payload", found["result"][0]["payload"].clone(), json!({ "page": 1 }))?;
    same("vector", found["result"][0]["vector"].clone(), Value::Null)?;
    let filter = json!({ "must": [{ "key": "page", "range": { "gte": 2 } }] });
    let filtered = tour.client.qdrant_search_points(&name, &[1.0, 0.0], None, Some(&filter), false, true).await?;
    same("filtered", ids(&filtered), json!([8, "word"]))?;
    same("its vector", filtered["result"][0]["vector"].clone(), json!([1, 1]))
}

pub async fn delete(tour: Tour) -> Check {
    let name = filled(&tour).await?;
    let done = tour.client.qdrant_delete_points(&name, &[json!(7), json!("nobody"), json!("word")], true).await?;
    same("status", done["result"]["status"].clone(), json!("completed"))?;
    same("what is left", tour.ids(&name).await?, vec!["8".to_string()])?;
    let missing = tour.client.qdrant_delete_points("rust-nowhere", &[json!(7)], true).await;
    refused(missing, 404, "collection_not_found", "rust-nowhere")?;
    refused(tour.client.qdrant_get_cluster_status().await, 404, "not_found", "/qdrant/cluster")
}

fn config() -> Value {
    json!({ "vectors": { "size": 2, "distance": "Euclid" } })
}

/// A collection of three points.
async fn filled(tour: &Tour) -> Result<String, Box<dyn Error>> {
    let name = tour.name("qdrant");
    tour.client.qdrant_create_collection(&name, &config()).await?;
    let points = json!([
        { "id": 7, "vector": [1, 0], "payload": { "page": 1 } },
        { "id": 8, "vector": [1, 1], "payload": { "page": 3 } },
        { "id": "word", "vector": [0, 2], "payload": { "page": 2 } },
    ]);
    let done = tour.client.qdrant_upsert_points(&name, &points, true).await?;
    same("status", done["result"]["status"].clone(), json!("completed"))?;
    Ok(name)
}

fn ids(found: &Value) -> Value {
    found["result"].as_array().into_iter().flatten().map(|point| point["id"].clone()).collect()
}
