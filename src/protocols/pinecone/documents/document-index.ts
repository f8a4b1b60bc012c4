import type { Collection } from '../../../collections/collection.js';
import { type DocumentSchema, documentSchemaOf } from '../indexes/document-schema.js';
import { definitionOf } from '../indexes/index-definition.js';
import { invalidArgument } from '../pinecone-error.js';

/** The schema of an index of documents. @throws PineconeError 400 for another index; the words are inferred */
export function requireDocuments(collection: Collection): DocumentSchema {
  const schema = documentSchemaOf(definitionOf(collection));
  if (schema !== undefined) return schema;
  throw invalidArgument(`This index has no document schema: use the vectors API for '${collection.name}'.`);
}
