import { and, exists, type Filter, not, or } from '../../../filters/filter.js';
import { type Json, type JsonObject, jsonObject, stringifyJson } from '../../../http/json.js';
import { MODERN, parseWhere, parseWhereDocument } from '../../../protocols/chroma/filter/parse-filter.js';
import type { FilterSyntaxes } from '../contract/records.js';
import type { SentCondition, SentFilter } from './input.js';

/** The document as a key of a `where`. */
const DOCUMENT_KEY = '#document';

/**
 * The filter as the core takes it: through Chroma's own parser. Undefined without conditions. Only whether a field exists is no
 * condition of Chroma's.
 * @throws ChromaError 400 for a value that Chroma refuses
 */
export function toFilter({ match, conditions }: SentFilter): Filter | undefined {
  const filters = conditions.map(filterOf);
  const [only] = filters;
  if (filters.length < 2) return only;
  return match === 'all' ? and(...filters) : or(...filters);
}

function filterOf(condition: SentCondition): Filter {
  const { field, op, values } = condition;
  if (field !== null && op === 'exists') return values[0] === true ? exists(field) : not(exists(field));
  const parsed =
    field === null ? parseWhereDocument(documentCondition(condition), MODERN) : parseWhere(fieldCondition(condition), MODERN);
  // neither is absent
  return parsed?.filter ?? and();
}

/** The arguments of Chroma's clients. */
export function toChroma({ match, conditions }: SentFilter): FilterSyntaxes['chroma'] {
  if (conditions.some(({ op }) => op === 'exists')) {
    return { where: null, whereDocument: null, why: 'Chroma has no condition for whether a field exists' };
  }
  const fields = conditions.filter(({ field }) => field !== null);
  const documents = conditions.filter(({ field }) => field === null);
  const text = (parts: readonly JsonObject[]): string | null => (parts.length === 0 ? null : stringifyJson(joined(parts, match)));
  if (match === 'any' && fields.length > 0 && documents.length > 0) {
    const mixed = conditions.map((condition) =>
      condition.field === null ? jsonObject({ [DOCUMENT_KEY]: documentCondition(condition) }) : fieldCondition(condition),
    );
    return { where: text(mixed), whereDocument: null, why: null };
  }
  return { where: text(fields.map(fieldCondition)), whereDocument: text(documents.map(documentCondition)), why: null };
}

function joined(parts: readonly JsonObject[], match: SentFilter['match']): JsonObject {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : jsonObject({ [match === 'all' ? '$and' : '$or']: parts });
}

function fieldCondition({ field, op, values }: SentCondition): JsonObject {
  const operand: Json = op === 'in' || op === 'nin' ? values : (values[0] ?? null);
  return jsonObject({ [field ?? DOCUMENT_KEY]: jsonObject({ [`$${op}`]: operand }) });
}

function documentCondition({ op, values }: SentCondition): JsonObject {
  return jsonObject({ [`$${op}`]: values[0] ?? null });
}
