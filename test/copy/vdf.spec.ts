import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { SchemaElement } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { copied, type CopyRun } from '../support/copy/copy-run.js';

const NOWHERE = { environment: {}, remove: (): Promise<void> => Promise.resolve() };
/** As vector-io 0.1 writes it. */
const ENTRY = {
  ...{ index_name: 'films', total_vector_count: 2, exported_vector_count: 2, dimensions: 2, model_name: 'm' },
  ...{ vector_columns: ['vector'], model_map: {}, index_config: {}, schema_dict_str: '{}', metric: 'Dot' },
};

const VECTORS = [
  [0.25, -1],
  [0.1, 3],
];
const TYPES = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  integer: { type: 'INT64' },
  float: { type: 'DOUBLE' },
} as const;

interface Column {
  readonly name: string;
  readonly type: keyof typeof TYPES;
  readonly data: readonly unknown[];
}

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vdf-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function described(entries: readonly object[], more: object = {}): Promise<void> {
  const meta = { version: '0.1.247', file_structure: [], author: 'a', exported_from: 'chromadb', indexes: { films: entries } };
  await writeFile(join(folder, 'VDF_META.json'), JSON.stringify({ ...meta, ...more }));
}

/** The columns, and `vector` as list<double>. */
async function written(path: string, columns: readonly Column[]): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  const schema: SchemaElement[] = [
    { name: 'schema', num_children: columns.length + 1 },
    ...columns.map(({ name, type }) => ({ name, ...TYPES[type], repetition_type: 'OPTIONAL' as const })),
    { name: 'vector', repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST', logical_type: { type: 'LIST' } },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', type: 'DOUBLE', repetition_type: 'OPTIONAL' },
  ];
  const columnData = [...columns.map(({ name, data }) => ({ name, data: [...data] })), { name: 'vector', data: VECTORS }];
  await writeFile(join(folder, path), Buffer.from(parquetWriteBuffer({ columnData, schema })));
}

async function read(): Promise<CopyRun & { readonly records: readonly unknown[]; readonly description: unknown }> {
  const out = join(folder, 'out', 'films.jsonl');
  const run = await copied(NOWHERE, `vdf:${folder}`, { to: `jsonl:${out}` });
  const text = await readFile(out, 'utf8').catch(() => '');
  const description = JSON.parse(await readFile(`${out}.collection.json`, 'utf8').catch(() => 'null')) as unknown;
  return {
    ...run,
    records: text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as unknown),
    description,
  };
}

it('case 25: vectors as list<double> and colliding columns are read: what is called as a part of ours is metadata', async () => {
  await described([{ ...ENTRY, namespace: '', data_path: 'films/i1' }]);
  await written('films/i1/1.parquet', [
    { name: 'id', type: 'text', data: ['a', 'b'] },
    { name: 'document', type: 'text', data: ['text', null] },
    { name: 'uri', type: 'text', data: ['u', null] },
    { name: 'namespace', type: 'text', data: ['n', 'm'] },
    { name: 'values', type: 'float', data: [1.5, 2] },
    { name: 'metadata', type: 'text', data: ['no JSON', 'x'] },
    { name: 'sparse', type: 'integer', data: [1n, 2n] },
  ]);
  const { code, records, description } = await read();
  expect([code, records]).toEqual([
    0,
    [
      {
        ...{ id: 'a', embedding: [0.25, -1], document: 'text' },
        metadata: { uri: 'u', namespace: 'n', values: 1.5, metadata: 'no JSON', sparse: 1 },
      },
      { id: 'b', embedding: [Math.fround(0.1), 3], metadata: { namespace: 'm', values: 2, metadata: 'x', sparse: 2 } },
    ],
  ]);
  expect(description).toMatchObject({ name: 'films', metric: 'ip', dimension: 2 });
});

it('namespaces are parts of one collection, and the id may have a column of another name', async () => {
  const entries = ['', 'n1'].map((namespace) => ({ ...ENTRY, namespace, data_path: `films/${namespace || 'default'}` }));
  await described(entries, { id_column: 'key' });
  for (const name of ['default', 'n1'])
    await written(`films/${name}/1.parquet`, [{ name: 'key', type: 'text', data: ['a', 'b'] }]);
  const { code, records, lines } = await read();
  expect([code, lines.at(-1)]).toEqual([0, '4 records in 1 collection, and all of it is equal']);
  expect(records).toMatchObject([{ id: 'a' }, { id: 'b' }, { id: 'a', namespace: 'n1' }, { id: 'b', namespace: 'n1' }]);
});

it.each([
  ['a folder without a description', undefined, /has no VDF_META\.json$/],
  ['one whose data lie elsewhere', '../../etc', /which is elsewhere$/],
])('%s is refused', async (_, path, words) => {
  await (path === undefined ? Promise.resolve() : described([{ ...ENTRY, namespace: '', data_path: path }]));
  const { code, lines } = await read();
  expect([code, lines.at(-1)]).toEqual([2, expect.stringMatching(words)]);
});
