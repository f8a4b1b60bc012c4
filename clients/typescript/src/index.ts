export { VectorizerClient, type ClientOptions } from './client.js';
export { VectorizerError } from './vectorizer-error.js';
export type {
  BatchUpdate,
  BatchUpdateReport,
  Collection,
  CollectionOptions,
  DeleteReport,
  EntryReport,
  FilterDeleteReport,
  Health,
  JsonObject,
  JsonValue,
  SearchOptions,
  SearchResult,
  UpdatedVector,
  Vector,
  VectorChanges,
} from './types.js';
