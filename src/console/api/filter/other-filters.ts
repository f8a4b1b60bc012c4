import { type Json, type JsonObject, jsonObject, stringifyJson } from '../../../http/json.js';
import { DOCUMENT_KEY, URI_KEY } from '../../../protocols/pinecone/wire/metadata.js';
import type { FilterSyntaxes } from '../contract/records.js';
import type { ConditionValue, SentCondition, SentFilter } from './input.js';

/** The filter as clients of another protocol write it: its meaning stays Chroma's, or the reason says where it differs. */
type Written = FilterSyntaxes['pinecone'];

/** Fields that hold lists, as far as that is known: in them other protocols look for values, too. */
type ListFields = ReadonlySet<string>;

export function toPinecone(filter: SentFilter, listFields: ListFields, neMatchesMissing: boolean): Written {
  const lacks = filter.conditions.map(pineconeLacks).find((reason) => reason !== undefined);
  if (lacks !== undefined) return { filter: null, why: lacks };
  const parts = filter.conditions.map((condition) => pineconeCondition(condition, neMatchesMissing));
  return { filter: written(parts, filter.match), why: listCaveat(filter, listFields, 'Pinecone') };
}

export function toVectorizer(filter: SentFilter, listFields: ListFields): Written {
  const lacks = filter.conditions.map(vectorizerLacks).find((reason) => reason !== undefined);
  if (lacks !== undefined) return { filter: null, why: lacks };
  const parts = filter.conditions.map(operatorCondition);
  return { filter: written(parts, filter.match), why: listCaveat(filter, listFields, 'Vectorizer') };
}

function pineconeLacks({ field, op }: SentCondition): string | undefined {
  if (field === null) return "Pinecone's filters do not search in documents";
  if (field.startsWith('$')) return "Pinecone's fields do not begin with $";
  if (field === DOCUMENT_KEY || field === URI_KEY) return `In Pinecone's filters ${field} is the record's own, and no metadata`;
  if (op === 'contains' || op === 'not_contains')
    return 'Pinecone has no condition for lists alone: $eq matches the value itself, too';
  return undefined;
}

function vectorizerLacks({ field, op, values }: SentCondition): string | undefined {
  if (field === null) return "Vectorizer's filters do not search in documents";
  if (field.startsWith('$')) return "Vectorizer's keys do not begin with $";
  if (['must', 'should', 'must_not'].includes(field)) return `In Vectorizer's filters ${field} is a clause, and no key`;
  // with a key of that very name it would be the same, but not every record may have it
  if (field.includes('.')) return `In Vectorizer's filters the dots of ${field} lead into objects, too`;
  const isContained = op === 'contains' || op === 'not_contains';
  if (isContained && typeof values[0] === 'string') return "Vectorizer's $contains matches a part of a text, too";
  if (isContained && typeof values[0] === 'object') return "Vectorizer's $contains takes 1 and 1.0 for the same";
  return undefined;
}

function pineconeCondition(condition: SentCondition, neMatchesMissing: boolean): JsonObject {
  const { field, op } = condition;
  const plain = operatorCondition(condition);
  if (neMatchesMissing || (op !== 'ne' && op !== 'nin')) return plain;
  return jsonObject({ $or: [plain, jsonObject({ [field ?? '']: jsonObject({ $exists: false }) })] });
}

function operatorCondition({ field, op, values }: SentCondition): JsonObject {
  const key = field ?? '';
  if (op === 'not_contains') return jsonObject({ $not: jsonObject({ [key]: jsonObject({ $contains: values[0] ?? null }) }) });
  return jsonObject({ [key]: jsonObject({ [`$${op}`]: operandOf(op, values) }) });
}

function operandOf(op: SentCondition['op'], values: readonly ConditionValue[]): Json {
  return op === 'in' || op === 'nin' ? values : (values[0] ?? null);
}

function written(parts: readonly JsonObject[], match: SentFilter['match']): string {
  const [only] = parts;
  if (only === undefined) return '{}';
  return stringifyJson(parts.length === 1 ? only : jsonObject({ [match === 'all' ? '$and' : '$or']: parts }));
}

function listCaveat({ conditions }: SentFilter, listFields: ListFields, protocol: string): string | null {
  const found = conditions.find(({ field, op }) => field !== null && listFields.has(field) && /^(?:eq|ne|in|nin)$/.test(op));
  if (found === undefined) return null;
  return `Some values of ${found.field ?? ''} are lists: in ${protocol} a list that holds the value matches, too`;
}
