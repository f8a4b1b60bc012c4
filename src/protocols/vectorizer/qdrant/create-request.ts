import { MAX_DIMENSION } from '../../../collections/collection.js';
import { isJsonObject, type Json, JsonNumber, type JsonObject } from '../../../http/json.js';
import { CreateCollectionRequest } from '../collections/requests.js';
import { validationError } from '../vectorizer-error.js';
import type { CreateRequest } from './requests.js';

/** The distances, by their names in small letters, as the metrics that they are. */
const METRICS: ReadonlyMap<string, string> = new Map([
  ['cosine', 'cosine'],
  ['euclid', 'euclidean'],
  ['dot', 'dot_product'],
]);

/** The request as the one that `POST /collections` takes. @throws VectorizerError 400 without the size or distance of one vector */
export function toCreateRequest(name: string, request: CreateRequest): CreateCollectionRequest {
  const { config } = request;
  if (config !== undefined && !isJsonObject(config)) throw validationError('config', 'it must be an object');
  const vectors = vectorParamsOf(request.vectors ?? config?.get('vectors'));
  const hnsw = request.hnsw_config ?? config?.get('hnsw_config');
  const created = new CreateCollectionRequest();
  created.name = name;
  created.dimension = requireSize(vectors.get('size'));
  created.metric = requireDistance(vectors.get('distance'));
  if (hnsw !== undefined && hnsw !== null) created.hnsw_config = toHnswConfig(hnsw);
  return created;
}

/** `{size, distance}`, or that of the only vector that is named. */
function vectorParamsOf(sent: Json | undefined): JsonObject {
  if (!isJsonObject(sent)) throw validationError('vectors', 'missing or invalid vectors parameter');
  if (sent.has('size') || sent.has('distance')) return sent;
  const [only] = sent.values();
  if (sent.size === 1 && isJsonObject(only)) return only;
  throw validationError('vectors', 'it must have the size and distance of one vector');
}

function requireSize(sent: Json | undefined): number {
  const size = sent instanceof JsonNumber ? Number(sent.text) : Number.NaN;
  if (Number.isInteger(size) && size >= 1 && size <= MAX_DIMENSION) return size;
  throw validationError('vectors.size', `it must be an integer from 1 to ${String(MAX_DIMENSION)}`);
}

function requireDistance(sent: Json | undefined): string {
  const metric = typeof sent === 'string' ? METRICS.get(sent.toLowerCase()) : undefined;
  if (metric === undefined) throw validationError('vectors.distance', 'it must be one of Cosine, Euclid, Dot');
  return metric;
}

function toHnswConfig(sent: Json): Json {
  if (!isJsonObject(sent)) return sent;
  return new Map([
    ['m', sent.get('m') ?? null],
    ['ef_construction', sent.get('ef_construct') ?? null],
  ]);
}
