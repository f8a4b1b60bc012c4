import type { JsonObject } from '../../http/json.js';

/** Which field of an object becomes which part of a record. */
export interface FieldMap {
  readonly id: string;
  readonly namespace: string;
  readonly embedding: string;
  readonly sparse: string;
  readonly document: string;
  readonly uri: string;
  /** One field that has them all, or all fields that are nothing else. */
  readonly metadata: { readonly from: string } | { readonly except: ReadonlySet<string> };
}

/** What each part is usually called; the first one that there is. */
const USUAL = {
  id: ['id', '_id'],
  namespace: ['namespace'],
  embedding: ['embedding', 'vector', 'values'],
  sparse: ['sparse', 'sparse_values', 'sparseValues'],
  document: ['document', 'text', 'content'],
  uri: ['uri'],
  metadata: ['metadata', 'metadata_', 'payload'],
} as const;
type Part = keyof typeof USUAL;
const PARTS = Object.keys(USUAL) as readonly Part[];

/** The words of `--map`, `part=field` in a list. @throws Error that says which one is wrong */
export function wantedFields(text: string | undefined): ReadonlyMap<string, string> {
  const pairs = text === undefined || text === '' ? [] : text.split(',');
  return new Map(
    pairs.map((pair) => {
      const [part = '', field = '', ...more] = pair.split('=');
      if (!(PARTS as readonly string[]).includes(part) || field === '' || more.length > 0) {
        throw new Error(`--map must be part=field,…, where a part is one of ${PARTS.join(', ')}, not "${pair}"`);
      }
      return [part, field] as const;
    }),
  );
}

/** `known`: the fields that there are. Without `metadata`, or with `metadata=*`, it is all the fields that are nothing else. */
export function fieldsFor(known: JsonObject, wanted: ReadonlyMap<string, string>): FieldMap {
  const chosen = (part: Part): string => wanted.get(part) ?? USUAL[part].find((name) => known.has(name)) ?? USUAL[part][0];
  const single = {
    ...{ id: chosen('id'), namespace: chosen('namespace'), embedding: chosen('embedding'), sparse: chosen('sparse') },
    ...{ document: chosen('document'), uri: chosen('uri') },
  };
  const metadata = chosen('metadata');
  const isOneField = metadata !== '*' && (wanted.has('metadata') || known.has(metadata));
  return { ...single, metadata: isOneField ? { from: metadata } : { except: new Set(Object.values(single)) } };
}

/** Fields of an object that become no part of a record. */
export function unusedFields(object: JsonObject, fields: FieldMap): readonly string[] {
  const { metadata, ...single } = fields;
  if ('except' in metadata) return [];
  const used = new Set([...Object.values(single), metadata.from]);
  return [...object.keys()].filter((key) => !used.has(key));
}
