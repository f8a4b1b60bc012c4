use pinecone_sdk::models::{Cloud, DeletionProtection, Kind, Metadata, Metric, Namespace, Value, Vector, WaitPolicy};
use pinecone_sdk::pinecone::{data::Index, PineconeClient, PineconeClientConfig};
use pinecone_sdk::utils::errors::PineconeError;
use std::sync::atomic::{AtomicU32, Ordering};
use std::{error::Error, fmt::Debug, time::Duration};

/// What a sample finds wrong is its error.
pub type Check = Result<(), Box<dyn Error>>;

/// One sample's client.
pub struct Tour {
    pub client: PineconeClient,
}

/// An index, and the records of one namespace in it.
pub struct Filled {
    pub index: Index,
    pub namespace: Namespace,
}

static NAMES: AtomicU32 = AtomicU32::new(0);

impl Tour {
    pub fn new(url: &str) -> Self {
        let config = PineconeClientConfig {
            api_key: Some("YOUR_API_KEY".to_string()),
            control_plane_host: Some(url.to_string()),
            ..Default::default()
        };
        Self { client: config.client().expect("a client") }
    }

    /// A name that no other sample uses.
    pub fn name(&self, purpose: &str) -> String {
        format!("rust-{purpose}-{}", NAMES.fetch_add(1, Ordering::Relaxed))
    }

    pub async fn create(&self, name: &str, dimension: i32, metric: Metric) -> Result<Index, Box<dyn Error>> {
        let made = self
            .client
            .create_serverless_index(
                name,
                dimension,
                metric,
                Cloud::Aws,
                "us-east-1",
                DeletionProtection::Disabled,
                WaitPolicy::WaitFor(Duration::from_secs(20)),
            )
            .await?;
        Ok(self.client.index(&made.host).await?)
    }

    /// Two records that delete by id removes, and two of the genre that delete by metadata removes, as in the documentation.
    pub async fn filled(&self) -> Result<Filled, Box<dyn Error>> {
        let mut index = self.create(&self.name("filled"), 3, Metric::Cosine).await?;
        let namespace = Namespace::from("example-namespace");
        let records = [
            record("id-1", &[1.0, 0.0, 0.0], &[("genre", text("comedy")), ("year", number(2019.0))]),
            record("id-2", &[0.0, 1.0, 0.0], &[("genre", text("documentary")), ("year", number(2020.0))]),
            record("id-3", &[0.0, 0.0, 1.0], &[("genre", text("documentary")), ("year", number(2021.0))]),
            record("other", &[1.0, 1.0, 0.0], &[("genre", text("drama")), ("year", number(2022.0))]),
        ];
        same("upserted_count", index.upsert(&records, &namespace).await?.upserted_count, 4)?;
        Ok(Filled { index, namespace })
    }
}

impl Filled {
    /// The ids in the namespace, in order.
    pub async fn ids(&mut self) -> Result<Vec<String>, PineconeError> {
        let page = self.index.list(&self.namespace, None, None, None).await?;
        Ok(page.vectors.into_iter().map(|item| item.id).collect())
    }
}

pub fn record(id: &str, values: &[f32], metadata: &[(&str, Value)]) -> Vector {
    Vector {
        id: id.to_string(),
        values: values.to_vec(),
        sparse_values: None,
        metadata: (!metadata.is_empty()).then(|| object(metadata)),
    }
}

pub fn object(fields: &[(&str, Value)]) -> Metadata {
    Metadata { fields: fields.iter().map(|(key, value)| (key.to_string(), value.clone())).collect() }
}

/// `{ field: { operator: operand } }`
pub fn filter(field: &str, operator: &str, operand: Value) -> Metadata {
    object(&[(field, Value { kind: Some(Kind::StructValue(object(&[(operator, operand)]))) })])
}

pub fn text(value: &str) -> Value {
    Value { kind: Some(Kind::StringValue(value.to_string())) }
}

pub fn number(value: f64) -> Value {
    Value { kind: Some(Kind::NumberValue(value)) }
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

/// The work must fail, with an error whose text holds both words.
pub fn refused<T>(result: Result<T, PineconeError>, code: &str, message: &str) -> Check {
    match result {
        Ok(_) => Err(format!("it was answered as if it were fine, not refused with {code} {message}").into()),
        Err(error) => {
            let told = format!("{error:?}");
            holds(&format!("it was refused with {told}, not with {code} {message}"), told.contains(code) && told.contains(message))
        }
    }
}
