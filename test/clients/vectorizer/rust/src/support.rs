use serde_json::{json, Value};
use std::sync::atomic::{AtomicU32, Ordering};
use std::{collections::HashMap, error::Error, fmt::Debug};
use vectorizer_sdk::{BatchTextRequest, RawVectorInsert, SimilarityMetric, VectorizerClient, VectorizerError};

/// What a sample finds wrong is its error.
pub type Check = Result<(), Box<dyn Error>>;

/// One sample's client.
pub struct Tour {
    pub client: VectorizerClient,
    pub url: String,
}

static NAMES: AtomicU32 = AtomicU32::new(0);

impl Tour {
    pub fn new(url: &str) -> Self {
        Self { client: VectorizerClient::new_with_url(url).expect("a client"), url: url.to_string() }
    }

    /// A name that no other sample uses.
    pub fn name(&self, purpose: &str) -> String {
        format!("rust-{purpose}-{}", NAMES.fetch_add(1, Ordering::Relaxed))
    }

    /// An empty collection, by its name.
    pub async fn create(&self, dimension: usize, metric: SimilarityMetric) -> Result<String, Box<dyn Error>> {
        let name = self.name("collection");
        self.client.create_collection(&name, dimension, Some(metric)).await?;
        Ok(name)
    }

    /// Three texts, one of which has no word in common with the others.
    pub async fn with_texts(&self) -> Result<String, Box<dyn Error>> {
        let name = self.create(512, SimilarityMetric::Cosine).await?;
        let texts = vec![
            text("fox", "the quick brown fox jumps", &[("file_path", "animals.md")]),
            text("dog", "the lazy dog sleeps", &[("file_path", "animals.md")]),
            text("tax", "annual income statement", &[("file_path", "money.md")]),
        ];
        same("inserted", self.client.insert_texts(&name, texts).await?.successful_operations, 3)?;
        Ok(name)
    }

    /// Four vectors of four dimensions with payloads.
    pub async fn with_vectors(&self) -> Result<String, Box<dyn Error>> {
        let name = self.create(4, SimilarityMetric::Cosine).await?;
        let vectors = vec![
            vector("vec_001", &[1.0, 0.0, 0.0, 0.0], json!({ "category": "old", "page": 1, "draft": false, "tags": ["a", "b"] })),
            vector("vec_002", &[0.0, 1.0, 0.0, 0.0], json!({ "category": "old", "page": 2, "draft": true, "tags": [] })),
            vector("vec_003", &[0.0, 0.0, 1.0, 0.0], json!({ "category": "new", "page": 1, "draft": false })),
            vector(
                "vec_004",
                &[0.0, 0.0, 0.0, 1.0],
                json!({ "category": "new", "page": 7.5, "place": { "lat": 52.5, "lon": 13.4 } }),
            ),
        ];
        same("inserted", self.client.insert_vectors(&name, vectors).await?.successful, 4)?;
        Ok(name)
    }

    /// The ids in a collection, in the order of insertion.
    pub async fn ids(&self, collection: &str) -> Result<Vec<String>, VectorizerError> {
        let page = self.client.list_vectors(collection, None, Some(100)).await?;
        Ok(page.vectors.iter().map(|vector| as_text(&vector["id"])).collect())
    }

    pub async fn payload(&self, collection: &str, id: &str) -> Result<Value, Box<dyn Error>> {
        Ok(json!(self.client.get_vector(collection, id).await?.metadata))
    }
}

pub fn vector(id: &str, embedding: &[f32], payload: Value) -> RawVectorInsert {
    RawVectorInsert { id: Some(id.to_string()), embedding: embedding.to_vec(), payload: Some(payload), metadata: None }
}

pub fn text(id: &str, text: &str, metadata: &[(&str, &str)]) -> BatchTextRequest {
    let metadata: HashMap<_, _> = metadata.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
    BatchTextRequest { id: id.to_string(), text: text.to_string(), metadata: (!metadata.is_empty()).then_some(metadata) }
}

pub fn texts(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| word.to_string()).collect()
}

pub fn as_text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_string()
}

pub fn same<T: PartialEq + Debug>(what: &str, found: T, expected: T) -> Check {
    if found == expected {
        return Ok(());
    }
    Err(format!("{what} is {found:?}, not {expected:?}").into())
}

pub fn near(what: &str, found: f32, expected: f32) -> Check {
    holds(&format!("{what} is {found}, not about {expected}"), (found - expected).abs() < 1e-5)
}

pub fn holds(otherwise: &str, condition: bool) -> Check {
    if condition {
        return Ok(());
    }
    Err(otherwise.to_string().into())
}

/// The work must fail, with an error whose text holds the status and both words.
pub fn refused<T>(result: Result<T, VectorizerError>, status: u16, error_type: &str, message: &str) -> Check {
    match result {
        Ok(_) => Err(format!("it was answered as if it were fine, not refused with {status} {error_type}").into()),
        Err(error) => {
            let told = error.to_string();
            let expected =
                [format!("Server error: HTTP {status}"), format!("\"error_type\":\"{error_type}\""), message.to_string()];
            holds(&format!("it was refused with {told}, not with {expected:?}"), expected.iter().all(|part| told.contains(part)))
        }
    }
}
