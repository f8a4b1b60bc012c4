import type { BodyDialect } from '../../../http/validate.js';

/**
 * Pinecone reads any body as JSON, an empty one as `{}`, null as absence; vector operations take both spellings of a name, as
 * the JSON mapping of protobuf does.
 */
export const DATA_PLANE: BodyDialect = { anyMediaType: true, nullIsAbsent: true, fieldOf: camelCase };

/** The same, with snake_case names. */
export const CONTROL_PLANE: BodyDialect = { anyMediaType: true, nullIsAbsent: true, fieldOf: (key) => key };

function camelCase(key: string): string {
  return key.includes('_') ? key.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase()) : key;
}
