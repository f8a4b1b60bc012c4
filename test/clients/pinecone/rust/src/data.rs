use crate::support::{filter, holds, near, number, object, record, refused, same, text, Check, Tour};
use pinecone_sdk::models::{Metric, Namespace, SparseValues};

pub async fn delete_by_id(tour: Tour) -> Check {
    let mut filled = tour.filled().await?;
    filled.index.delete_by_id(&["id-1", "id-2"], &"example-namespace".into()).await?;
    same("what is left", filled.ids().await?, vec!["id-3".to_string(), "other".to_string()])?;
    filled.index.delete_by_id(&["id-1", "id-2"], &"example-namespace".into()).await?;
    same("what is left", filled.ids().await?.len(), 2)
}

pub async fn delete_by_metadata(tour: Tour) -> Check {
    let mut filled = tour.filled().await?;
    let documentary = filter("genre", "$eq", text("documentary"));
    filled.index.delete_by_filter(documentary, &"example-namespace".into()).await?;
    same("what is left", filled.ids().await?, vec!["id-1".to_string(), "other".to_string()])
}

pub async fn delete_all(tour: Tour) -> Check {
    let mut filled = tour.filled().await?;
    filled.index.delete_all(&"example-namespace".into()).await?;
    same("what is left", filled.ids().await?.len(), 0)?;
    let stats = filled.index.describe_index_stats(None).await?;
    same("the emptied namespace's count", stats.namespaces.get("example-namespace").map(|n| n.vector_count), Some(0))?;
    filled.index.delete_all(&"example-namespace".into()).await?;
    Ok(())
}

pub async fn delete_from_nowhere(tour: Tour) -> Check {
    let mut filled = tour.filled().await?;
    let nowhere = Namespace::from("nowhere");
    refused(filled.index.delete_by_id(&["id-1"], &nowhere).await, "NotFound", "Namespace not found")?;
    refused(filled.index.delete_all(&nowhere).await, "NotFound", "Namespace not found")
}

pub async fn upsert_and_fetch(tour: Tour) -> Check {
    let mut index = tour.create(&tour.name("fetch"), 3, Metric::Cosine).await?;
    let namespace = Namespace::from("ns");
    let written = record("a", &[0.1, -2.5, 1e-7], &[("title", text("Ünïcode 😀")), ("year", number(1.5))]);
    same("upserted_count", index.upsert(&[written.clone(), record("b", &[1.0, 2.0, 3.0], &[])], &namespace).await?.upserted_count, 2)?;
    let found = index.fetch(&["a", "b", "missing"], &namespace).await?;
    same("the number of records", found.vectors.len(), 2)?;
    same("the namespace", found.namespace.as_str(), "ns")?;
    same("the record", found.vectors.get("a"), Some(&written))?;
    same("the record without metadata", found.vectors.get("b"), Some(&record("b", &[1.0, 2.0, 3.0], &[])))?;
    holds("no read units", found.usage.and_then(|usage| usage.read_units).unwrap_or(0) > 0)?;
    same("records of another namespace", index.fetch(&["a"], &Namespace::from("elsewhere")).await?.vectors.len(), 0)
}

pub async fn upsert_replaces(tour: Tour) -> Check {
    let mut filled = tour.filled().await?;
    let replacement = record("id-1", &[0.5, 0.5, 0.5], &[]);
    filled.index.upsert(&[replacement.clone()], &filled.namespace).await?;
    let found = filled.index.fetch(&["id-1"], &filled.namespace).await?;
    same("the record", found.vectors.get("id-1"), Some(&replacement))
}

pub async fn upsert_sparse(tour: Tour) -> Check {
    let mut index = tour.create(&tour.name("sparse"), 2, Metric::Dotproduct).await?;
    let namespace = Namespace::from("ns");
    let sparse = SparseValues { indices: vec![7, 4_294_967_295], values: vec![0.5, 0.25] };
    let mut written = record("a", &[1.0, 2.0], &[]);
    written.sparse_values = Some(sparse.clone());
    index.upsert(&[written], &namespace).await?;
    let found = index.fetch(&["a"], &namespace).await?;
    same("the sparse values", found.vectors.get("a").and_then(|vector| vector.sparse_values.clone()), Some(sparse))
}

pub async fn wrong_dimension(tour: Tour) -> Check {
    let mut filled = tour.filled().await?;
    let short = [record("short", &[1.0, 2.0], &[]), record("id-9", &[1.0, 2.0, 3.0], &[])];
    let message = "Vector dimension 2 does not match the dimension of the index 3";
    refused(filled.index.upsert(&short, &filled.namespace).await, "InvalidArgument", message)?;
    same("what is there", filled.ids().await?.len(), 4)
}

pub async fn query_by_value(tour: Tour) -> Check {
    let mut filled = tour.filled().await?;
    let answer = filled.index.query_by_value(vec![1.0, 0.5, 0.0], None, 2, &filled.namespace, None, Some(true), Some(true)).await?;
    let ids: Vec<_> = answer.matches.iter().map(|found| found.id.as_str()).collect();
    same("the matches", ids, vec!["other", "id-1"])?;
    near("the best score", answer.matches[0].score, 1.5 / (1.25_f32.sqrt() * 2.0_f32.sqrt()))?;
    same("the values", answer.matches[0].values.clone(), vec![1.0, 1.0, 0.0])?;
    let genre = answer.matches[0].metadata.as_ref().and_then(|metadata| metadata.fields.get("genre"));
    same("the genre", genre, Some(&text("drama")))?;
    same("the namespace", answer.namespace.as_str(), "example-namespace")?;
    let bare = filled.index.query_by_value(vec![1.0, 0.5, 0.0], None, 2, &filled.namespace, None, None, None).await?;
    same("values that were not asked for", bare.matches[0].values.len(), 0)?;
    same("metadata that was not asked for", bare.matches[0].metadata.is_none(), true)
}

pub async fn query_with_filter(tour: Tour) -> Check {
    let mut filled = tour.filled().await?;
    let recent = filter("year", "$gte", number(2021.0));
    let answer = filled.index.query_by_value(vec![1.0, 0.0, 0.0], None, 10, &filled.namespace, Some(recent), None, None).await?;
    let ids: Vec<_> = answer.matches.iter().map(|found| found.id.as_str()).collect();
    same("the matches", ids, vec!["other", "id-3"])?;
    let wrong = filter("year", "$gte", text("2021"));
    let refusal = filled.index.query_by_value(vec![1.0, 0.0, 0.0], None, 10, &filled.namespace, Some(wrong), None, None).await;
    refused(refusal, "InvalidArgument", "")
}

pub async fn query_hybrid(tour: Tour) -> Check {
    let mut index = tour.create(&tour.name("hybrid"), 2, Metric::Dotproduct).await?;
    let namespace = Namespace::from("ns");
    let mut dense = record("dense", &[3.0, 0.0], &[]);
    dense.sparse_values = Some(SparseValues { indices: vec![1], values: vec![1.0] });
    let mut sparse = record("sparse", &[1.0, 0.0], &[]);
    sparse.sparse_values = Some(SparseValues { indices: vec![5], values: vec![4.0] });
    index.upsert(&[dense, sparse], &namespace).await?;
    let wanted = SparseValues { indices: vec![5], values: vec![2.0] };
    let answer = index.query_by_value(vec![1.0, 0.0], Some(wanted), 2, &namespace, None, None, None).await?;
    let scores: Vec<_> = answer.matches.iter().map(|found| (found.id.as_str(), found.score)).collect();
    same("the matches", scores, vec![("sparse", 9.0), ("dense", 3.0)])
}

pub async fn query_euclidean(tour: Tour) -> Check {
    let mut index = tour.create(&tour.name("euclidean"), 2, Metric::Euclidean).await?;
    let namespace = Namespace::from("");
    index.upsert(&[record("far", &[4.0, 5.0], &[]), record("near", &[1.0, 1.0], &[])], &namespace).await?;
    let answer = index.query_by_value(vec![1.0, 2.0], None, 2, &namespace, None, None, None).await?;
    let scores: Vec<_> = answer.matches.iter().map(|found| (found.id.as_str(), found.score)).collect();
    same("the matches", scores, vec![("near", 1.0), ("far", 18.0)])
}

pub async fn query_by_id(tour: Tour) -> Check {
    let mut filled = tour.filled().await?;
    let answer = filled.index.query_by_id("id-2", 1, &filled.namespace, None, None, None).await?;
    let ids: Vec<_> = answer.matches.iter().map(|found| found.id.as_str()).collect();
    same("the matches", ids, vec!["id-2"])?;
    near("the score", answer.matches[0].score, 1.0)?;
    let unknown = filled.index.query_by_id("unknown", 1, &filled.namespace, None, None, None).await?;
    same("matches of an unknown id", unknown.matches.len(), 0)
}

pub async fn update(tour: Tour) -> Check {
    let mut filled = tour.filled().await?;
    let changes = object(&[("genre", text("satire")), ("stars", number(4.5))]);
    filled.index.update("id-1", vec![], None, Some(changes), &filled.namespace).await?;
    filled.index.update("id-1", vec![0.25, 0.5, 0.75], None, None, &filled.namespace).await?;
    let found = filled.index.fetch(&["id-1"], &filled.namespace).await?;
    let merged = [("genre", text("satire")), ("stars", number(4.5)), ("year", number(2019.0))];
    same("the record", found.vectors.get("id-1"), Some(&record("id-1", &[0.25, 0.5, 0.75], &merged)))?;
    filled.index.update("unknown", vec![1.0, 1.0, 1.0], None, None, &filled.namespace).await?;
    same("what is there", filled.ids().await?.len(), 4)?;
    let nowhere = Namespace::from("nowhere");
    refused(filled.index.update("id-1", vec![1.0, 1.0, 1.0], None, None, &nowhere).await, "NotFound", "Namespace not found")
}

pub async fn list(tour: Tour) -> Check {
    let mut filled = tour.filled().await?;
    let first = filled.index.list(&filled.namespace, Some("id-"), Some(2), None).await?;
    let ids: Vec<_> = first.vectors.iter().map(|item| item.id.as_str()).collect();
    same("the first page", ids, vec!["id-1", "id-2"])?;
    let token = first.pagination.ok_or("the first page has no token")?.next;
    let last = filled.index.list(&filled.namespace, Some("id-"), Some(2), Some(&token)).await?;
    let ids: Vec<_> = last.vectors.iter().map(|item| item.id.as_str()).collect();
    same("the last page", ids, vec!["id-3"])?;
    same("the last page's token", last.pagination.is_none(), true)
}

pub async fn stats(tour: Tour) -> Check {
    let mut filled = tour.filled().await?;
    filled.index.upsert(&[record("a", &[1.0, 2.0, 3.0], &[])], &"".into()).await?;
    let stats = filled.index.describe_index_stats(None).await?;
    same("the dimension", stats.dimension, 3)?;
    same("the total", stats.total_vector_count, 5)?;
    same("the namespace's count", stats.namespaces.get("example-namespace").map(|n| n.vector_count), Some(4))?;
    same("the default namespace's count", stats.namespaces.get("").map(|n| n.vector_count), Some(1))
}

pub async fn stats_with_filter(tour: Tour) -> Check {
    let mut filled = tour.filled().await?;
    let documentary = filter("genre", "$in", text("documentary"));
    refused(filled.index.describe_index_stats(Some(documentary)).await, "InvalidArgument", "")?;
    let stats = filled.index.describe_index_stats(Some(filter("genre", "$eq", text("documentary")))).await?;
    same("the namespace's count", stats.namespaces.get("example-namespace").map(|n| n.vector_count), Some(2))
}

pub async fn default_namespace(tour: Tour) -> Check {
    let mut filled = tour.filled().await?;
    filled.index.upsert(&[record("a", &[1.0, 2.0, 3.0], &[])], &"".into()).await?;
    let found = filled.index.fetch(&["a"], &"__default__".into()).await?;
    same("records by the other name", found.vectors.len(), 1)?;
    same("the name that was asked by", found.namespace.as_str(), "__default__")?;
    filled.index.delete_all(&"__default__".into()).await?;
    same("records after the delete", filled.index.fetch(&["a"], &"".into()).await?.vectors.len(), 0)
}
