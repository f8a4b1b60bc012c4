import { isJsonObject, type Json, parseJson, stringifyJson } from '../../../http/json.js';
import type { Parts, StoredRecord } from '../../../records/record.js';
import { floatsText } from '../records/responses.js';
import { floatText } from '../wire/serde.js';

/** A record of an answer, and its score. */
export interface Ranked {
  readonly record: StoredRecord;
  readonly score: number;
}

const SPECIAL = ['#document', '#embedding', '#metadata', '#score'] as const;
/** Where the real server keeps a record's uri. */
const URI_KEY = 'chroma:uri';

/** What a search shows of its records. */
export class Selected {
  /** Distinct: the special ones in their order, then metadata fields in the bytewise order. */
  readonly keys: readonly string[];
  readonly parts: Parts;
  private readonly fields: readonly string[];

  constructor(select: readonly string[]) {
    const wanted = new Set(select);
    const special = SPECIAL.filter((key) => wanted.has(key));
    for (const key of special) wanted.delete(key);
    this.fields = [...wanted].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    this.keys = [...special, ...this.fields];
    this.parts = {
      document: this.has('#document'),
      uri: this.has(URI_KEY),
      metadata: this.has('#metadata') || this.fields.some((field) => field !== URI_KEY),
      embedding: this.has('#embedding'),
    };
  }

  has(key: string): boolean {
    return this.keys.includes(key);
  }

  get showsMetadata(): boolean {
    return this.has('#metadata') || this.fields.length > 0;
  }

  /** The JSON text of what is shown of a record's metadata. */
  metadataOf({ metadata, uri }: StoredRecord): string {
    if (this.keys.includes('#metadata') && uri === null) return metadata ?? 'null';
    const stored = metadata === null ? undefined : parseJson(metadata);
    const all = new Map<string, Json>(isJsonObject(stored) ? stored : []);
    if (uri !== null) all.set(URI_KEY, uri);
    const shown = this.has('#metadata') ? [...all] : [...all].filter(([key]) => this.fields.includes(key));
    return shown.length === 0 ? 'null' : stringifyJson(new Map(shown));
  }
}

/** The answer: of each search its records, best first. */
export function toSearchResponse(
  searches: readonly { readonly selected: Selected; readonly ranked: readonly Ranked[] }[],
): string {
  const column = (isShown: (selected: Selected) => boolean, text: (ranked: Ranked, selected: Selected) => string): string => {
    const lists = searches.map(({ selected, ranked }) =>
      isShown(selected) ? `[${ranked.map((item) => text(item, selected)).join(',')}]` : 'null',
    );
    return `[${lists.join(',')}]`;
  };
  const has = (key: string) => (selected: Selected) => selected.has(key);
  const columns = {
    ids: column(
      () => true,
      ({ record }) => JSON.stringify(record.id),
    ),
    documents: column(has('#document'), ({ record }) => JSON.stringify(record.document)),
    embeddings: column(has('#embedding'), ({ record }) => floatsText(record.embedding)),
    metadatas: column(
      ({ showsMetadata }) => showsMetadata,
      ({ record }, selected) => selected.metadataOf(record),
    ),
    scores: column(has('#score'), ({ score }) => scoreText(score)),
    select: JSON.stringify(searches.map(({ selected }) => selected.keys)),
  };
  return `{${Object.entries(columns)
    .map(([key, text]) => `"${key}":${text}`)
    .join(',')}}`;
}

/** The shortest decimal that reads as the same float32. */
export function scoreText(score: number): string {
  if (!Number.isFinite(score)) return 'null';
  let digits = 1;
  while (digits < 9 && Math.fround(Number(score.toPrecision(digits))) !== score) digits += 1;
  const text = floatText(Number(score.toPrecision(digits)));
  // toPrecision loses the sign of zero
  return Object.is(score, -0) ? '-0.0' : text;
}
