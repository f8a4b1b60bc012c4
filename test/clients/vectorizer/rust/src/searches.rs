use crate::support::{as_text, holds, near, refused, same, texts, vector, Check, Tour};
use serde_json::{json, Value};
use std::collections::HashMap;
use vectorizer_sdk::{
    BatchSearchQuery, ContextualSearchRequest, ExplainRequest, HybridScoringAlgorithm, HybridSearchRequest, HybridSearchResponse,
    IntelligentSearchRequest, IntelligentSearchResult, MultiCollectionSearchRequest, SearchByFileRequest, SearchResponse,
    SemanticSearchRequest, SimilarityMetric, SparseVector,
};

pub async fn by_text(tour: Tour) -> Check {
    let name = tour.with_texts().await?;
    let found = tour.client.search_vectors(&name, "the quick brown fox jumps", Some(2), None).await?;
    same("ids", ids(&found), texts(&["fox", "dog"]))?;
    near("the score of the same text", found.results[0].score, 1.0)?;
    holds("a worse hit is before a better one", found.results[0].score > found.results[1].score)?;
    same("content", found.results[0].content.as_deref(), Some("the quick brown fox jumps"))?;
    same("metadata", json!(found.results[0].metadata), json!({ "file_path": "animals.md" }))?;
    same("query", found.query.as_deref(), Some("the quick brown fox jumps"))?;
    same("limit and collection", (found.limit, found.collection), (Some(2), Some(name)))
}

pub async fn threshold(tour: Tour) -> Check {
    let name = tour.with_texts().await?;
    let found = tour.client.search_vectors(&name, "annual income statement", None, Some(0.9)).await?;
    same("ids", ids(&found), texts(&["tax"]))?;
    same("all", tour.client.search_vectors(&name, "annual income statement", None, None).await?.results.len(), 3)
}

pub async fn empty_text(tour: Tour) -> Check {
    let name = tour.with_texts().await?;
    let found = tour.client.search_vectors(&name, "", Some(10_000), Some(0.5)).await?;
    same("ids", ids(&found), texts(&["fox", "dog", "tax"]))?;
    holds("a score is not 0", found.results.iter().all(|hit| hit.score == 0.0))
}

pub async fn batch(tour: Tour) -> Check {
    let name = tour.with_texts().await?;
    let embedding = tour.client.embed_text("annual income statement", None).await?.embedding;
    let queries = vec![
        BatchSearchQuery { query: Some("the lazy dog sleeps".to_string()), vector: None, limit: Some(1), threshold: None },
        BatchSearchQuery { query: None, vector: Some(embedding), limit: None, threshold: Some(0.9) },
        BatchSearchQuery { query: None, vector: Some(vec![1.0]), limit: None, threshold: None },
    ];
    let found = tour.client.batch_search(&name, queries).await?;
    same("ids", found.iter().map(ids).collect(), vec![texts(&["dog"]), texts(&["tax"]), texts(&[])])?;
    same("query", found[0].query.as_deref(), Some("the lazy dog sleeps"))?;
    same("limits", (found[0].limit, found[1].limit), (Some(1), Some(10)))?;
    near("the score of the same vector", found[1].results[0].score, 1.0)
}

pub async fn by_file(tour: Tour) -> Check {
    let name = tour.with_texts().await?;
    let request = SearchByFileRequest { file_path: "animals.md".to_string(), limit: None };
    let found = tour.client.search_by_file(&name, request).await?;
    same("ids", ids(&found), texts(&["fox", "dog"]))?;
    let one = SearchByFileRequest { file_path: "animals.md".to_string(), limit: Some(1) };
    same("ids of one", ids(&tour.client.search_by_file(&name, one).await?), texts(&["fox"]))
}

pub async fn explain(tour: Tour) -> Check {
    let name = tour.with_vectors().await?;
    let request = ExplainRequest { vector: vec![0.0, 0.1, 1.0, 0.0], k: Some(2) };
    let told = tour.client.explain_search(&name, request).await?;
    same("collection and k", (told.collection, told.k), (name.clone(), 2))?;
    same("ids", told.results.iter().map(|hit| as_text(&hit["id"])).collect(), texts(&["vec_003", "vec_002"]))?;
    same("visited", told.trace.visited_nodes, 4)?;
    same("ef_search", told.trace.ef_search, 100)?;
    holds("a part took longer than the whole", told.trace.hnsw_search_ms <= told.trace.total_ms)?;
    let wrong = ExplainRequest { vector: vec![1.0], k: None };
    refused(tour.client.explain_search(&name, wrong).await, 400, "validation_error", "vector dimension 1 does not match")
}

/// Of the same vector and another one.
pub async fn explain_scores(tour: Tour) -> Check {
    let scores = [
        (SimilarityMetric::Cosine, 1.0, 0.6),
        // 1 / (1 + distance)
        (SimilarityMetric::Euclidean, 1.0, 1.0 / (1.0 + 20_f32.sqrt())),
        // 1 / (1 + e^-product)
        (SimilarityMetric::DotProduct, 1.0 / (1.0 + (-1_f32).exp()), 1.0 / (1.0 + (-3_f32).exp())),
    ];
    for (metric, own, other) in scores {
        let name = tour.create(2, metric).await?;
        tour.client
            .insert_vectors(&name, vec![vector("own", &[1.0, 0.0], json!({})), vector("other", &[3.0, 4.0], json!({}))])
            .await?;
        let told = tour.client.explain_search(&name, ExplainRequest { vector: vec![1.0, 0.0], k: None }).await?;
        let found: HashMap<_, _> = told.results.iter().map(|hit| (as_text(&hit["id"]), hit["score"].as_f64())).collect();
        near("the score of the same vector", found["own"].ok_or("it has no score")? as f32, own)?;
        near("the score of another vector", found["other"].ok_or("it has no score")? as f32, other)?;
    }
    Ok(())
}

pub async fn hybrid(tour: Tour) -> Check {
    let name = tour.with_texts().await?;
    let algorithms = [
        (HybridScoringAlgorithm::ReciprocalRankFusion, "rrf"),
        (HybridScoringAlgorithm::WeightedCombination, "weighted"),
        (HybridScoringAlgorithm::AlphaBlending, "alpha"),
    ];
    for (algorithm, told) in algorithms {
        let found = tour.client.hybrid_search(hybrid_request(&name, "brown fox", algorithm, None)).await?;
        same("the best", found.results[0].id.as_str(), "fox")?;
        same("algorithm and query", (found.algorithm.as_str(), found.query.as_str()), (told, "brown fox"))?;
        near("alpha", found.alpha, 0.5)?;
        holds("it has a sparse query", found.query_sparse.is_none())?;
        same("payload", json!(found.results[0].payload), json!({ "file_path": "animals.md" }))?;
        same("limit", found.results.len(), 2)?;
        holds("a worse hit is before a better one", found.results[0].score >= found.results[1].score)?;
    }
    Ok(())
}

/// The client has no way to store sparse vectors: no record has one, so the dense list decides.
pub async fn hybrid_sparse(tour: Tour) -> Check {
    let name = tour.with_texts().await?;
    let sparse = SparseVector::new(vec![1, 5], vec![0.5, 0.25])?;
    let algorithm = HybridScoringAlgorithm::WeightedCombination;
    let found = tour.client.hybrid_search(hybrid_request(&name, "annual income statement", algorithm, Some(sparse))).await?;
    same("the best", hybrid_ids(&found)[0].as_str(), "tax")?;
    near("half of the dense score", found.results[0].score, 0.5)?;
    let echo = found.query_sparse.ok_or("the sparse query is not told")?;
    same("the sparse query", (echo.indices, echo.values), (vec![1, 5], vec![0.5, 0.25]))
}

pub async fn intelligent(tour: Tour) -> Check {
    let (first, second) = (tour.with_texts().await?, tour.with_texts().await?);
    let everywhere = IntelligentSearchRequest {
        query: "annual income statement".to_string(),
        collections: Some(vec![first.clone(), second.clone()]),
        max_results: Some(2),
        domain_expansion: Some(true),
        technical_focus: Some(true),
        mmr_enabled: Some(true),
        mmr_lambda: Some(0.7),
    };
    let found = tour.client.intelligent_search(everywhere).await?;
    same("total", (found.total_results, found.results.len()), (2, 2))?;
    same("ids", intelligent_ids(&found.results), texts(&["tax", "tax"]))?;
    same("collections", collections(&found.results), vec![Some(first.clone()), Some(second.clone())])?;
    same("searched", found.collections_searched, Some(vec![first, second]))?;
    same("queries", found.queries_generated, Some(texts(&["annual income statement"])))?;
    same("content", found.results[0].content.as_str(), "annual income statement")?;
    near("the score of the same text", found.results[0].score, 1.0)?;
    same("metadata", json!(found.results[0].metadata), json!({ "file_path": "money.md" }))
}

pub async fn semantic(tour: Tour) -> Check {
    let name = tour.with_texts().await?;
    let request = |threshold| SemanticSearchRequest {
        query: "the quick brown fox jumps".to_string(),
        collection: name.clone(),
        max_results: Some(3),
        semantic_reranking: Some(true),
        cross_encoder_reranking: Some(false),
        similarity_threshold: threshold,
    };
    let found = tour.client.semantic_search(request(Some(0.9))).await?;
    same("collection", found.collection, name.clone())?;
    same("total", found.total_results, 1)?;
    same("ids", intelligent_ids(&found.results), texts(&["fox"]))?;
    same("ids of all", tour.client.semantic_search(request(Some(-1.0))).await?.results.len(), 3)
}

pub async fn contextual(tour: Tour) -> Check {
    let name = tour.with_texts().await?;
    let request = |filters: Option<HashMap<String, Value>>| ContextualSearchRequest {
        query: "annual income statement".to_string(),
        collection: name.clone(),
        context_filters: filters,
        max_results: Some(2),
        context_reranking: Some(true),
        context_weight: Some(0.3),
    };
    let found = tour.client.contextual_search(request(None)).await?;
    same("collection", found.collection, name.clone())?;
    same("the best", found.results[0].id.as_str(), "tax")?;
    let animals = HashMap::from([("file_path".to_string(), json!("animals.md"))]);
    let mut filtered = intelligent_ids(&tour.client.contextual_search(request(Some(animals))).await?.results);
    filtered.sort();
    same("filtered", filtered, texts(&["dog", "fox"]))
}

pub async fn multi_collection(tour: Tour) -> Check {
    let (first, second) = (tour.with_texts().await?, tour.with_texts().await?);
    let request = MultiCollectionSearchRequest {
        query: "the lazy dog sleeps".to_string(),
        collections: vec![first.clone(), second.clone()],
        max_per_collection: Some(2),
        max_total_results: Some(3),
        cross_collection_reranking: Some(true),
    };
    let found = tour.client.multi_collection_search(request).await?;
    same("total", found.total_results, 3)?;
    same("ids", intelligent_ids(&found.results), texts(&["dog", "dog", "fox"]))?;
    same("collections", collections(&found.results)[..2].to_vec(), vec![Some(first.clone()), Some(second.clone())])?;
    same("searched", found.collections_searched, vec![first, second])
}

pub async fn missing(tour: Tour) -> Check {
    let nowhere = "rust-nowhere";
    refused(tour.client.search_vectors(nowhere, "fox", None, None).await, 404, "collection_not_found", nowhere)?;
    let request = hybrid_request(nowhere, "fox", HybridScoringAlgorithm::ReciprocalRankFusion, None);
    refused(tour.client.hybrid_search(request).await, 404, "collection_not_found", nowhere)
}

fn hybrid_request(
    collection: &str,
    query: &str,
    algorithm: HybridScoringAlgorithm,
    query_sparse: Option<SparseVector>,
) -> HybridSearchRequest {
    HybridSearchRequest {
        collection: collection.to_string(),
        query: query.to_string(),
        query_sparse,
        alpha: 0.5,
        algorithm,
        dense_k: 20,
        sparse_k: 20,
        final_k: 2,
    }
}

fn ids(found: &SearchResponse) -> Vec<String> {
    found.results.iter().map(|hit| hit.id.clone()).collect()
}

fn hybrid_ids(found: &HybridSearchResponse) -> Vec<String> {
    found.results.iter().map(|hit| hit.id.clone()).collect()
}

fn intelligent_ids(results: &[IntelligentSearchResult]) -> Vec<String> {
    results.iter().map(|hit| hit.id.clone()).collect()
}

fn collections(results: &[IntelligentSearchResult]) -> Vec<Option<String>> {
    results.iter().map(|hit| hit.collection.clone()).collect()
}
