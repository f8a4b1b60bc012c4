use crate::support::{holds, refused, same, texts, Check, Tour};
use vectorizer_sdk::{ClientConfig, HostConfig, LogsQuery, Protocol, ReadPreference, SimilarityMetric, VectorizerClient};

pub async fn health(tour: Tour) -> Check {
    let health = tour.client.health_check().await?;
    same("status", health.status.as_str(), "healthy")?;
    holds("the version is empty", !health.version.is_empty())?;
    holds("the time is no UTC time", health.timestamp.ends_with('Z') || health.timestamp.ends_with("+00:00"))
}

pub async fn status(tour: Tour) -> Check {
    let before = tour.client.get_status().await?;
    holds("it is not online", before.online)?;
    same("version", before.version, tour.client.health_check().await?.version)?;
    tour.create(4, SimilarityMetric::Cosine).await?;
    same("collections", tour.client.get_status().await?.collections_count, before.collections_count + 1)
}

pub async fn stats(tour: Tour) -> Check {
    let before = tour.client.get_stats().await?;
    tour.with_vectors().await?;
    let after = tour.client.get_stats().await?;
    same("collections", after.collections, before.collections + 1)?;
    same("vectors", after.total_vectors, before.total_vectors + 4)?;
    same("quantization", after.default_quantization.as_str(), "none")?;
    same("compression", after.compression_ratio, 1.0)?;
    same("version", after.version, tour.client.health_check().await?.version)
}

pub async fn indexing_progress(tour: Tour) -> Check {
    let name = tour.with_vectors().await?;
    let progress = tour.client.get_indexing_progress().await?;
    same("whether it is indexing", progress.is_indexing, false)?;
    same("status", progress.overall_status.as_str(), "completed")?;
    let own = progress.collections.into_iter().find(|one| one.collection_name == name).ok_or("its collection is missing")?;
    same("of the collection", (own.status.as_str(), own.progress, own.vector_count), ("completed", 1.0, 4))
}

pub async fn embed(tour: Tour) -> Check {
    let made = tour.client.embed_text("brown fox", None).await?;
    same("text", made.text.as_str(), "brown fox")?;
    same("dimension", made.dimension, 512)?;
    same("length", made.embedding.len(), 512)?;
    same("model and provider", (made.model.as_str(), made.provider.as_str()), ("bm25", "bm25"))?;
    holds("the vector is zero", made.embedding.iter().any(|value| *value != 0.0))?;
    same("the same by name", tour.client.embed_text("brown fox", Some("bm25")).await?.embedding, made.embedding.clone())?;
    holds("another text has the same vector", tour.client.embed_text("income", None).await?.embedding != made.embedding)
}

pub async fn embed_refused(tour: Tour) -> Check {
    refused(tour.client.embed_text("fox", Some("nothing")).await, 400, "unsupported_model", "nothing")?;
    refused(tour.client.embed_text(" ", None).await, 400, "validation_error", "text")
}

pub async fn constructors(tour: Tour) -> Check {
    let name = tour.with_vectors().await?;
    let with_key = VectorizerClient::new_with_api_key(&tour.url, "YOUR_API_KEY")?;
    same("the size by a key", with_key.get_collection_info(&name).await?.vector_count, 4)?;
    let connected = VectorizerClient::from_connection_string(tour.url.trim_end_matches('/'), None)?;
    same("protocol", connected.protocol(), Protocol::Http)?;
    same("the size by a connection string", connected.get_collection_info(&name).await?.vector_count, 4)?;
    let replicated = VectorizerClient::new(ClientConfig {
        base_url: Some(tour.url.clone()),
        hosts: Some(HostConfig { master: tour.url.clone(), replicas: vec![tour.url.clone()] }),
        read_preference: Some(ReadPreference::Nearest),
        ..Default::default()
    })?;
    let read = name.clone();
    let info = replicated.with_master(|master| async move { master.get_collection_info(&read).await }).await?;
    same("the size by the master", info.vector_count, 4)
}

/// What the gateway leaves out: server administration, accounts, files, graphs, discovery, replication.
pub async fn not_offered(tour: Tour) -> Check {
    let client = &tour.client;
    refused(client.get_logs(LogsQuery::default()).await, 404, "not_found", "/logs")?;
    refused(client.get_config().await, 404, "not_found", "/config")?;
    refused(client.list_backups().await, 404, "not_found", "/backups")?;
    refused(client.list_workspaces().await, 404, "not_found", "/workspace/list")?;
    refused(client.restart_server().await, 404, "not_found", "/admin/restart")?;
    refused(client.get_runtime_metrics().await, 404, "not_found", "/metrics/runtime")?;
    refused(client.list_slow_queries().await, 404, "not_found", "/slow_queries")?;
    refused(client.login("root", "password").await, 404, "not_found", "/auth/login")?;
    refused(client.list_api_keys().await, 404, "not_found", "/auth/keys")?;
    refused(client.get_upload_config().await, 404, "not_found", "/files/config")?;
    refused(client.list_graph_nodes("some").await, 404, "not_found", "/graph/nodes/some")?;
    refused(client.get_replication_stats().await, 404, "not_found", "/replication/stats")?;
    refused(client.list_user_backups("some").await, 404, "not_found", "/hub/backups")?;
    let queries = vectorizer_sdk::BroadDiscoveryRequest { queries: texts(&["fox"]), k: None };
    refused(client.broad_discovery(queries).await, 404, "not_found", "/discovery/broad_discovery")
}
