/**
 * What Vectorizer's TypeScript client demands of replies: it throws where one of these does. Its package is in no registry, so its
 * rules are kept here in our words.
 */

export type Json = Readonly<Record<string, unknown>>;

/** @throws Error when a reply is not a JSON object */
export function objectOf(reply: unknown): Json {
  demand(typeof reply === 'object' && reply !== null && !Array.isArray(reply), 'the reply is an object');
  return reply as Json;
}

/** Of `createCollection` and `updateCollection`: the name may be called `collection`, and a metric that is told is a known one. */
export function validateCollection(reply: unknown): Json {
  const collection = objectOf(reply);
  demandText(collection['name'] ?? collection['collection'], 'name');
  demandPositive(collection['dimension'], 'dimension');
  const metric = collection['similarity_metric'] ?? collection['metric'];
  demand(metric === undefined || METRICS.has(metric), `the metric ${JSON.stringify(metric)} is a known one`);
  return collection;
}

/** Of `getCollection`. */
export function validateCollectionInfo(reply: unknown): Json {
  const info = objectOf(reply);
  demandText(info['name'], 'name');
  demandPositive(info['dimension'], 'dimension');
  demandText(info['similarity_metric'], 'similarity_metric');
  demandCount(info['vector_count'], 'vector_count');
  return info;
}

/** Of `getDatabaseStats`. */
export function validateDatabaseStats(reply: unknown): Json {
  const stats = objectOf(reply);
  for (const key of ['total_collections', 'total_vectors', 'total_size_bytes', 'uptime_seconds']) demandCount(stats[key], key);
  demand(Array.isArray(stats['collections']), 'collections is an array');
  return stats;
}

/** Of `getVector` and `updateVector`. */
export function validateVector(reply: unknown): Json {
  const vector = objectOf(reply);
  demandText(vector['id'], 'id');
  demandNumbers(vector['data'], 'data');
  return vector;
}

/** Of `searchText`. */
export function validateSearchResponse(reply: unknown): Json {
  const response = objectOf(reply);
  demandCount(response['total'], 'total');
  demand(Array.isArray(response['results']), 'results is an array');
  for (const hit of response['results'] as readonly unknown[]) {
    const { score } = validateVector(hit);
    demand(typeof score === 'number' && Number.isFinite(score), 'score is a finite number');
  }
  return response;
}

/** Of `embedText`. */
export function validateEmbedding(reply: unknown): Json {
  const embedding = objectOf(reply);
  demandNumbers(embedding['embedding'], 'embedding');
  demandText(embedding['model'], 'model');
  demandText(embedding['text'], 'text');
  return embedding;
}

const METRICS = new Set<unknown>(['cosine', 'euclidean', 'dot_product', 'Cosine', 'Euclidean', 'DotProduct', 'Euclid']);

function demand(holds: boolean, what: string): void {
  if (!holds) throw new Error(`the client demands that ${what}`);
}

function demandText(value: unknown, key: string): void {
  demand(typeof value === 'string' && value !== '', `${key} is a text that is not empty`);
}

function demandPositive(value: unknown, key: string): void {
  demand(typeof value === 'number' && value > 0, `${key} is a positive number`);
}

function demandCount(value: unknown, key: string): void {
  demand(typeof value === 'number' && value >= 0, `${key} is a number of at least 0`);
}

function demandNumbers(value: unknown, key: string): void {
  demand(Array.isArray(value) && value.length > 0, `${key} is a list that is not empty`);
  demand((value as readonly unknown[]).every(Number.isFinite), `${key} holds finite numbers only`);
}
