import { readFile } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { isJsonObject, type Json, JsonNumber, parseJson } from '../../http/json.js';
import { DEFAULT_DATABASE, DEFAULT_TENANT } from '../../tenants/tenant.js';
import type { Chunk, Source, SourceCollection } from '../copy.js';
import { METRICS, VDF_META, vdfFields, VECTOR } from '../parquet/vdf-format.js';
import type { FileOptions } from './jsonl.js';
import { ParquetFiles } from './parquet.js';

/** A namespace of an index: a folder with Parquet files. */
interface Part {
  readonly namespace: string;
  readonly source: ParquetFiles;
  readonly from: SourceCollection;
}

/** How far a copy has come: within which part, and the cursor there. */
interface Cursor {
  readonly part: number;
  readonly cursor: string | null;
}

/** A folder of Vector Data Format, as vector-io writes it: each metadata key is a column, Chroma's text is called `document`. */
export class VdfFolder implements Source {
  private readonly parts = new Map<string, readonly Part[]>();

  private constructor(
    readonly label: string,
    private readonly path: string,
    private readonly meta: Json,
    private readonly options: FileOptions,
  ) {}

  static async open(place: string, options: FileOptions): Promise<VdfFolder> {
    const path = resolve(place);
    const text = await readFile(join(path, VDF_META), 'utf8').catch(() => {
      throw new Error(`${path} has no ${VDF_META}`);
    });
    return new VdfFolder(`vdf:${path}`, path, parseJson(text), options);
  }

  async collections(): Promise<readonly SourceCollection[]> {
    const indexes = memberOf(this.meta, 'indexes');
    const found: SourceCollection[] = [];
    for (const [name, listed] of isJsonObject(indexes) ? indexes : []) {
      if (Array.isArray(listed) && listed.length > 0) found.push(await this.describe(name, listed as readonly Json[]));
    }
    return found;
  }

  async *read({ key }: SourceCollection, after: string | null): AsyncIterable<Chunk> {
    const start = after === null ? { part: 0, cursor: null } : (JSON.parse(after) as Cursor);
    for (const [index, { namespace, source, from }] of (this.parts.get(key) ?? []).entries()) {
      if (index < start.part) continue;
      const named = namespace === '' ? {} : { namespace };
      for await (const chunk of source.read(from, index === start.part ? start.cursor : null)) {
        yield {
          records: chunk.records.map((record) => ({ ...record, ...named })),
          rejects: chunk.rejects.map((reject) => ({ ...reject, ...named })),
          cursor: JSON.stringify({ part: index, cursor: chunk.cursor }),
        };
      }
    }
  }

  async requireUnchanged(): Promise<void> {
    for (const parts of this.parts.values()) for (const { source } of parts) await source.requireUnchanged();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private async describe(name: string, listed: readonly Json[]): Promise<SourceCollection> {
    const key = `${this.label} ${name}`;
    const parts: Part[] = [];
    for (const entry of listed) parts.push(await this.open(entry));
    this.parts.set(key, parts);
    const [first] = listed;
    const dimension = memberOf(first, 'dimensions');
    const metric = this.options.metric ?? METRICS.get(textOf(first, 'metric') ?? '');
    const unknown = metric === undefined ? ['nothing says how its vectors are compared: it gets the metric cosine'] : [];
    return {
      ...{ key, tenant: DEFAULT_TENANT, database: DEFAULT_DATABASE, name, metadata: null, metric: metric ?? 'cosine' },
      dimension: dimension instanceof JsonNumber ? Number(dimension.text) : null,
      records: parts.reduce((sum, { from }) => sum + from.records, 0),
      fingerprint: parts.map(({ namespace, from }) => `${namespace} ${from.fingerprint}`).join(';'),
      warnings: [...unknown, ...new Set(parts.flatMap(({ from }) => from.warnings))],
    };
  }

  private async open(entry: Json): Promise<Part> {
    const path = resolve(this.path, textOf(entry, 'data_path') ?? '');
    if (path !== this.path && !path.startsWith(`${this.path}${sep}`))
      throw new Error(`${VDF_META} names ${path}, which is elsewhere`);
    const columns = memberOf(entry, 'vector_columns');
    const [vector, ...others] = Array.isArray(columns) ? (columns as readonly Json[]) : [];
    const id = textOf(this.meta, 'id_column') ?? 'id';
    const known = vdfFields(id, typeof vector === 'string' ? vector : VECTOR);
    const fields = new Map([...known, ...this.options.fields]);
    const source = await ParquetFiles.open(path, { metric: this.options.metric ?? 'cosine', fields });
    const [from, ...more] = await source.collections();
    if (from === undefined || more.length > 0) throw new Error(`${path} is no folder of one index`);
    const left = others.map(
      (column) => `the vectors in ${JSON.stringify(column)} are taken as metadata: a record has one vector here`,
    );
    return { namespace: textOf(entry, 'namespace') ?? '', source, from: { ...from, warnings: [...from.warnings, ...left] } };
  }
}

function memberOf(value: Json | undefined, key: string): Json | undefined {
  return isJsonObject(value) ? value.get(key) : undefined;
}

function textOf(value: Json | undefined, key: string): string | undefined {
  const found = memberOf(value, key);
  return typeof found === 'string' ? found : undefined;
}
