import type { WordSource } from '../../../collections/collection.js';
import type { Filter, WordOperator } from '../../../filters/filter.js';
import { and } from '../../../filters/filter.js';
import { isJsonObject, type Json, type JsonObject } from '../../../http/json.js';
import { type FilterOptions, parseFilter } from '../filter/parse-filter.js';
import type { DocumentSchema } from '../indexes/document-schema.js';
import { invalidArgument } from '../pinecone-error.js';

const OPERATORS: ReadonlyMap<string, WordOperator> = new Map([
  ['$match_phrase', 'phrase'],
  ['$match_all', 'all'],
  ['$match_any', 'any'],
]);

/** A filter on documents: text fields take conditions on words, metadata all others. @throws PineconeError 400 */
export function parseDocumentFilter(
  schema: DocumentSchema,
  sent: JsonObject | undefined,
  options: FilterOptions,
): Filter | undefined {
  if (sent?.size === 0) throw invalidArgument("The 'filter' field must be a non-empty object of filter predicates");
  return parseFilter(sent, { ...options, searched: (field, value, path) => searchedField(schema, field, value, path) });
}

/** The place of a searched text in a record: the first one is its document. */
export function placeOf(schema: DocumentSchema, field: string): string | null {
  return field === schema.texts[0] ? null : field;
}

/** The searched texts, whose words are worth an index. */
export function sourcesOf(schema: DocumentSchema): readonly WordSource[] {
  return schema.texts.map((field) => ({ field: placeOf(schema, field) }));
}

function searchedField(schema: DocumentSchema, field: string, value: Json, path: string): Filter | undefined {
  if (field === schema.dense || field === schema.sparse) throw invalidArgument(`${path}: vectors cannot be filtered by`);
  const operands = isJsonObject(value) ? [...value] : [];
  if (!schema.texts.includes(field)) {
    const matched = operands.find(([operator]) => OPERATORS.has(operator));
    if (matched === undefined) return undefined;
    throw invalidArgument(`${path}.${matched[0]}: the field is not declared with full_text_search`);
  }
  if (operands.length === 0) throw invalidArgument(`${path}: expected ${[...OPERATORS.keys()].join(', ')}`);
  const filters = operands.map(([operator, operand]): Filter => {
    const op = OPERATORS.get(operator);
    if (op === undefined)
      throw invalidArgument(`${path}.${operator}: searched text takes ${[...OPERATORS.keys()].join(', ')} only`);
    if (typeof operand !== 'string') throw invalidArgument(`${path}.${operator}: expected a string`);
    return { kind: 'words', field: placeOf(schema, field), op, text: operand };
  });
  return and(...filters);
}
