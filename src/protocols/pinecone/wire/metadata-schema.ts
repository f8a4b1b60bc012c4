import { isJsonObject, type Json, type JsonObject, jsonObject, parseJson, stringifyJson } from '../../../http/json.js';
import { invalidArgument } from '../pinecone-error.js';
import { membersOf } from './members.js';

/** The metadata schema of a request. */
export class MetadataSchemaPart {
  fields?: Json;
}

/** A metadata field that a schema declares. */
export class MetadataFieldPart {
  filterable?: Json;
}

/** The text to keep of `{"fields": {"<key>": {"filterable": true}}}`. @throws PineconeError 400 for anything else */
export function parseSchema(sent: JsonObject): string {
  const { fields } = membersOf(MetadataSchemaPart, sent);
  if (!isJsonObject(fields)) throw invalidArgument('schema.fields: expected an object');
  for (const [name, properties] of fields) {
    if (!isJsonObject(properties) || typeof (membersOf(MetadataFieldPart, properties).filterable ?? true) !== 'boolean') {
      throw invalidArgument(`schema.fields.${name}: expected an object with filterable`);
    }
  }
  return stringifyJson(jsonObject({ fields }));
}

/** The fields that a kept schema declares, and whether each is filterable. */
export function declaredFields(schema: string): ReadonlyMap<string, boolean> {
  const parsed = parseJson(schema);
  const fields = isJsonObject(parsed) ? parsed.get('fields') : undefined;
  if (!isJsonObject(fields)) return new Map();
  return new Map(
    [...fields].map(([name, properties]) => [name, isJsonObject(properties) && properties.get('filterable') !== false]),
  );
}

/** The names of the fields that a kept schema declares filterable. */
export function filterableFields(schema: string): readonly string[] {
  return [...declaredFields(schema)].filter(([, filterable]) => filterable).map(([name]) => name);
}
