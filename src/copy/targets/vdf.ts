import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isJsonObject, type Json, JsonNumber, jsonObject, parseJson, stringifyJson } from '../../http/json.js';
import type { ConflictPolicy, CopyRecord, Destination, Filling, SourceCollection, Standing, Target } from '../copy.js';
import { type Description, replaceFile } from '../jsonl/description.js';
import { fieldsFor } from '../jsonl/field-map.js';
import { ENDING, fileName, filesIn, namespaceFolder, type PartFile } from '../parquet/folder.js';
import { ParquetFile } from '../parquet/parquet-file.js';
import { recordOfForeignRow } from '../parquet/rows.js';
import { groupsOf, problemOfVdf } from '../parquet/vdf-columns.js';
import { METRICS, VDF_META, vdfFields, VECTOR } from '../parquet/vdf-format.js';
import { writeVdf } from '../parquet/write-file.js';
import { ParquetFolder } from './parquet.js';

const FIELDS = fieldsFor(new Map(), vdfFields('id', VECTOR));
/** Of the format that this follows. */
const VERSION = '0.1.247';
const EXPORTED_FROM = 'polyvec';

/** A folder of Vector Data Format, with an index for each collection: it is in `VDF_META.json` as soon as it has been compared. */
export class VdfTarget implements Target {
  readonly cannotHold =
    'tenants and databases, sparse vectors, uris, and in metadata keys called id, vector or document, objects, null, ' +
    'lists of several types, and numbers that are not written as Polyvec writes them';
  readonly policies: readonly ConflictPolicy[];
  readonly label: string;
  private readonly path: string;
  private readonly folder: ParquetFolder;

  constructor(place: string) {
    this.path = resolve(place);
    this.folder = new ParquetFolder(place, {
      scheme: 'vdf',
      folderOf: ({ name }) => fileName(name),
      format: { write, read, publish: (part, description) => this.publish(part, description) },
    });
    ({ policies: this.policies, label: this.label } = this.folder);
  }

  async problemsOf(from: SourceCollection, to: Destination): Promise<readonly string[]> {
    const problems = await this.folder.problemsOf(from, to);
    const meta = await this.meta();
    const isOurs = meta === undefined || (isJsonObject(meta) && meta.get('exported_from') === EXPORTED_FROM);
    return isOurs ? problems : [...problems, `${this.path} has a ${VDF_META} of another program: name another folder`];
  }

  warningsOf({ metadata, catalog }: SourceCollection): readonly string[] {
    return [
      ...(metadata === null || metadata === '{}' ? [] : ['its own metadata is not copied: the format has no place for it']),
      ...(catalog === undefined || catalog.settings === '{}'
        ? []
        : ['its settings are not copied: the format has no place for them']),
    ];
  }

  standing(source: string, from: SourceCollection, to: Destination): Promise<Standing> {
    return this.folder.standing(source, from, to);
  }

  problemOf(from: SourceCollection, record: CopyRecord): string | undefined {
    return this.folder.problemOf(from, record) ?? problemOfVdf(record);
  }

  fill(source: string, from: SourceCollection, to: Destination): Promise<Filling> {
    return this.folder.fill(source, from, to);
  }

  finished(to: Destination): Promise<Filling> {
    return this.folder.finished(to);
  }

  discard(to: Destination): Promise<void> {
    return this.folder.discard(to);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private async meta(): Promise<Json | undefined> {
    const text = await readFile(join(this.path, VDF_META), 'utf8').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    });
    return text === undefined ? undefined : parseJson(text);
  }

  /** Before the folder has its name: when it is killed in between, the same copy comes here again. */
  private async publish(part: string, description: Description): Promise<void> {
    const known = await this.meta();
    const indexes = isJsonObject(known) ? known.get('indexes') : undefined;
    const entry = await entriesOf(part, description);
    const all = new Map([...(isJsonObject(indexes) ? indexes : []), [description.name, entry] as const]);
    const meta = jsonObject({
      ...{ version: VERSION, file_structure: [], author: EXPORTED_FROM, exported_from: EXPORTED_FROM },
      ...{ exported_at: new Date().toISOString(), id_column: 'id', indexes: all },
    });
    await replaceFile(join(this.path, VDF_META), `${stringifyJson(meta)}\n`);
  }
}

/** An entry for each namespace. A collection without records has one, too, and a file without rows. */
async function entriesOf(part: string, { name, metric, dimension }: Description): Promise<readonly Json[]> {
  const empty = join(part, namespaceFolder(''));
  if ((await filesIn(part)).length === 0) {
    await mkdir(empty, { recursive: true });
    await write(empty, '0', []);
  }
  const counts = new Map<string, number>();
  for (const { path, namespace } of await filesIn(part)) {
    const file = await ParquetFile.open(path);
    counts.set(namespace, (counts.get(namespace) ?? 0) + file.rows);
    await file.close();
  }
  const number = (value: number): JsonNumber => new JsonNumber(String(value));
  return [...counts].map(([namespace, count]) =>
    jsonObject({
      ...{ namespace, index_name: name, total_vector_count: number(count), exported_vector_count: number(count) },
      ...{ dimensions: number(dimension ?? 0), model_name: 'NA', model_map: new Map(), vector_columns: [VECTOR] },
      ...{ data_path: `${fileName(name)}/${namespaceFolder(namespace)}`, index_config: new Map(), schema_dict_str: '{}' },
      metric: [...METRICS].find(([, each]) => each === metric)?.[0] ?? null,
    }),
  );
}

async function write(folder: string, prefix: string, records: readonly CopyRecord[]): Promise<void> {
  const groups = records.length === 0 ? [{ columns: new Map<string, never>(), records: [] }] : groupsOf(records);
  for (const [index, group] of groups.entries()) {
    await writeVdf(join(folder, `${prefix}${index === 0 ? '' : `-${String(index)}`}${ENDING}`), group);
  }
}

async function* read({ path, namespace }: PartFile): AsyncIterable<readonly CopyRecord[]> {
  const file = await ParquetFile.open(path);
  try {
    for await (const { rows } of file.groups(0)) {
      const named = namespace === '' ? {} : { namespace };
      yield rows.map((row) => ({ ...recordOfForeignRow(file, row, FIELDS, ''), ...named }));
    }
  } finally {
    await file.close();
  }
}
