//! `vectorizer-samples URL`: runs the calls of the Vectorizer SDK for Rust and prints a JSON line for each sample. With
//! `--names` it only lists them.

mod collections;
mod deletes;
mod inserts;
mod qdrant;
mod searches;
mod server;
mod support;
mod vectors;

use std::{future::Future, pin::Pin};
use support::{Check, Tour};

type Running = Pin<Box<dyn Future<Output = Check>>>;
type Sample = (&'static str, fn(Tour) -> Running);

macro_rules! samples {
    ($($name:literal => $run:path,)*) => { &[$(($name, |tour| Box::pin($run(tour)))),*] };
}

const SAMPLES: &[Sample] = samples![
    "health_check" => server::health,
    "get_status" => server::status,
    "get_stats" => server::stats,
    "get_indexing_progress" => server::indexing_progress,
    "embed_text" => server::embed,
    "embed_text of an unknown model is refused" => server::embed_refused,
    "new_with_api_key, from_connection_string and with_master" => server::constructors,
    "calls of routes that are not offered are refused as not found" => server::not_offered,
    "create_collection, get_collection_info and list_collections" => collections::create,
    "create_collection with every metric" => collections::metrics,
    "create_collection of a name that is taken is refused" => collections::taken,
    "get_collection_info of a missing collection is refused" => collections::missing,
    "delete_collection" => collections::delete,
    "rename_collection leaves the old name as an alias" => collections::rename,
    "set_collection_ttl and get_collection_ttl" => collections::ttl,
    "reindex_collection" => collections::reindex,
    "reencode_collection" => collections::reencode,
    "force_save_collection" => collections::force_save,
    "list_empty_collections and cleanup_empty_collections" => collections::empty,
    "snapshots of collections are refused as unimplemented" => collections::snapshots,
    "insert_text" => inserts::insert_text,
    "insert_text of an existing id replaces it" => inserts::insert_text_again,
    "insert_text of a long text makes chunks" => inserts::insert_long_text,
    "insert_text makes a collection that is missing" => inserts::insert_text_creates,
    "insert_texts" => inserts::insert_texts,
    "insert_texts refuses single entries" => inserts::insert_texts_partly,
    "batch_insert_texts" => inserts::batch_insert_texts,
    "batch_insert_texts without ids inserts, and the client cannot read the answer" => inserts::batch_insert_without_ids,
    "insert_vectors" => inserts::insert_vectors,
    "insert_vectors of a wrong dimension fails for the entry" => inserts::wrong_dimension,
    "get_vector" => vectors::get,
    "get_vector_by_path" => vectors::get_by_path,
    "get_vector of a missing vector is refused" => vectors::get_missing,
    "get_vector by ids with blanks, slashes and umlauts" => vectors::unusual_ids,
    "get_vector asks for the parent of a chunk: the client cuts ids at #" => vectors::get_chunk,
    "list_vectors, page by page" => vectors::list,
    "update_vector merges metadata" => vectors::update,
    "update_vector of a missing vector is refused" => vectors::update_missing,
    "batch_update_vectors" => vectors::batch_update,
    "bulk_update_metadata" => vectors::bulk_update,
    "set_vector_expiry removes a vector when its time has come" => vectors::expiry,
    "copy_vectors" => vectors::copy,
    "move_to_collection" => vectors::move_vectors,
    "delete_vector" => deletes::one,
    "delete_vector of a missing vector is refused" => deletes::one_missing,
    "delete_vector of a chunk deletes the parent's id: the client cuts ids at #" => deletes::chunk,
    "delete_vectors" => deletes::many,
    "delete_vectors without ids is refused" => deletes::many_empty,
    "delete_vectors of a missing collection fails for every id" => deletes::many_missing,
    "delete_by_filter with a plain map" => deletes::by_map,
    "delete_by_filter with operators" => deletes::by_operators,
    "delete_by_filter with match conditions of the builder" => deletes::by_matches,
    "delete_by_filter with range and values_count of the builder" => deletes::by_range,
    "delete_by_filter with should, must_not and nested of the builder" => deletes::by_clauses,
    "delete_by_filter with places of the builder" => deletes::by_place,
    "delete_by_filter with an empty filter is refused" => deletes::by_nothing,
    "search_vectors by text" => searches::by_text,
    "search_vectors with a threshold" => searches::threshold,
    "search_vectors with an empty text lists everything" => searches::empty_text,
    "batch_search by text and by vector" => searches::batch,
    "search_by_file" => searches::by_file,
    "explain_search" => searches::explain,
    "explain_search scores by the collection's metric" => searches::explain_scores,
    "hybrid_search with every algorithm" => searches::hybrid,
    "hybrid_search with a sparse query" => searches::hybrid_sparse,
    "intelligent_search" => searches::intelligent,
    "semantic_search" => searches::semantic,
    "contextual_search with a context filter" => searches::contextual,
    "multi_collection_search" => searches::multi_collection,
    "searches in a missing collection are refused" => searches::missing,
    "qdrant_create_collection, qdrant_get_collection and qdrant_list_collections" => qdrant::collections,
    "qdrant_upsert_points, qdrant_retrieve_points and qdrant_count_points" => qdrant::points,
    "qdrant_search_points" => qdrant::search,
    "qdrant_delete_points" => qdrant::delete,
];

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--names"] => print_names(),
        [url] => run(url).await,
        _ => panic!("usage: vectorizer-samples URL"),
    }
}

fn print_names() {
    let names: Vec<_> = SAMPLES.iter().map(|(name, _)| name).collect();
    println!("{}", serde_json::json!(names));
}

async fn run(url: &str) {
    for (name, sample) in SAMPLES {
        let (outcome, detail) = match sample(Tour::new(url)).await {
            Ok(()) => ("ok", String::new()),
            Err(error) => ("failed", error.to_string()),
        };
        println!("{}", serde_json::json!({ "name": name, "outcome": outcome, "detail": detail }));
    }
}
