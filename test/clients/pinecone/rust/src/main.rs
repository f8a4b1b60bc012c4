//! `pinecone-samples CONTROL_URL [TLS_CONTROL_URL]`: runs every call of the Pinecone SDK for Rust and prints a JSON line for
//! each sample. With `--names` it only lists them. The samples over TLS need the second URL, and `SSL_CERT_FILE` to name
//! the authority.

mod control;
mod data;
mod support;

use std::{future::Future, pin::Pin};
use support::{Check, Tour};

type Running = Pin<Box<dyn Future<Output = Check>>>;
type Sample = (&'static str, fn(Tour) -> Running);

macro_rules! samples {
    ($($name:literal => $run:path,)*) => { &[$(($name, |tour| Box::pin($run(tour)))),*] };
}

const SAMPLES: &[Sample] = samples![
    "delete records by id" => data::delete_by_id,
    "delete records by metadata" => data::delete_by_metadata,
    "delete all records in a namespace" => data::delete_all,
    "deleting from a namespace that never was is refused" => data::delete_from_nowhere,
    "create_serverless_index, describe_index and list_indexes" => control::create_serverless,
    "create_pod_index" => control::create_pod,
    "configure_index turns deletion protection on and off" => control::configure,
    "configure_index scales a pod index" => control::configure_pod,
    "delete_index" => control::delete,
    "control plane errors have their kinds" => control::errors,
    "create_collection, describe_collection, list_collections and delete_collection" => control::collections,
    "an index made from a collection has its records" => control::index_from_collection,
    "embed" => control::embed,
    "upsert and fetch" => data::upsert_and_fetch,
    "upsert replaces the whole record" => data::upsert_replaces,
    "upsert with sparse values" => data::upsert_sparse,
    "upsert of a wrong dimension is refused" => data::wrong_dimension,
    "query_by_value" => data::query_by_value,
    "query_by_value with a filter" => data::query_with_filter,
    "query_by_value with dense and sparse values" => data::query_hybrid,
    "query_by_value scores squared distances in a euclidean index" => data::query_euclidean,
    "query_by_id" => data::query_by_id,
    "update values and metadata" => data::update,
    "list by prefix, page by page" => data::list,
    "describe_index_stats" => data::stats,
    "describe_index_stats with a filter" => data::stats_with_filter,
    "the default namespace has two names" => data::default_namespace,
];

const TLS_SAMPLES: &[Sample] = samples![
    "the control plane and an index by a bare host, over TLS" => control::over_tls,
];

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--names"] => print_names(),
        [url] => run(SAMPLES, url).await,
        [url, tls_url] => {
            run(SAMPLES, url).await;
            run(TLS_SAMPLES, tls_url).await;
        }
        _ => panic!("usage: pinecone-samples CONTROL_URL [TLS_CONTROL_URL]"),
    }
}

fn print_names() {
    let names: Vec<_> = SAMPLES.iter().chain(TLS_SAMPLES).map(|(name, _)| name).collect();
    println!("{}", serde_json::json!(names));
}

async fn run(samples: &[Sample], url: &str) {
    for (name, sample) in samples {
        let (outcome, detail) = match sample(Tour::new(url)).await {
            Ok(()) => ("ok", String::new()),
            Err(error) => ("failed", error.to_string()),
        };
        println!("{}", serde_json::json!({ "name": name, "outcome": outcome, "detail": detail }));
    }
}
