import type { Metric, VectorType } from '../../../collections/collection.js';
import { type JsonObject, stringifyJson } from '../../../http/json.js';
import { metricName } from '../wire/metric.js';
import type { IndexDefinition } from './index-definition.js';

/** The reserved field names of an index that holds nothing but vectors. */
export const DENSE_FIELD = '_values';
export const SPARSE_FIELD = '_sparse_values';

/** The vectors that an index or a backup holds. */
interface Vectors {
  readonly vectorType: VectorType;
  readonly dimension: number | null;
  readonly metric: Metric;
}

/** `schema` of the newer shape: the vectors under their reserved names, or the field that is embedded, and declared metadata. */
export function schemaOf(vectors: Vectors, { documentFields, embedding, metadataSchema }: IndexDefinition): object {
  const declared = metadataSchema === undefined ? {} : (plain(metadataSchema) as { readonly fields?: object });
  if (documentFields !== undefined) {
    const fields = Object.entries(plain(documentFields) as Readonly<Record<string, object>>);
    const described = fields.map(([name, field]) => [name, { ...field, description: null }] as const);
    return { fields: { ...Object.fromEntries(described), ...declared.fields } };
  }
  const metric = metricName(vectors.metric);
  if (embedding !== undefined) {
    const semantic = {
      type: 'semantic_text',
      model: embedding.model,
      metric,
      dimension: vectors.dimension ?? undefined,
      read_parameters: plain(embedding.readParameters),
      write_parameters: plain(embedding.writeParameters),
      description: null,
    };
    return { fields: { [embedding.textField]: semantic, ...declared.fields } };
  }
  const field =
    vectors.vectorType === 'sparse'
      ? { [SPARSE_FIELD]: { type: 'sparse_vector', description: null } }
      : { [DENSE_FIELD]: { type: 'dense_vector', dimension: vectors.dimension, metric, description: null } };
  return { fields: { ...field, ...declared.fields } };
}

/** JSON as a literal. */
export function plain(object: JsonObject): unknown {
  return JSON.parse(stringifyJson(object));
}
