import { writeFile } from 'node:fs/promises';
import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { CopyRecord } from '../copy.js';
import { type ColumnType, valueOf, type VdfGroup } from './vdf-columns.js';
import { VECTOR } from './vdf-format.js';

type Leaf = Pick<SchemaElement, 'type' | 'converted_type' | 'logical_type'>;

const LEAVES: Readonly<Record<'text' | 'integer' | 'float' | 'boolean', Leaf>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  integer: { type: 'INT64' },
  float: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
};

/** Pinecone's schema for imports, and two columns that it ignores. */
const SCHEMA: SchemaElement[] = [
  { name: 'schema', num_children: 6 },
  text('id', 'REQUIRED'),
  ...list('values', { type: 'FLOAT' }),
  text('metadata', 'OPTIONAL'),
  { name: 'sparse_values', repetition_type: 'OPTIONAL', num_children: 2 },
  ...list('indices', { type: 'INT64' }),
  ...list('values', { type: 'FLOAT' }),
  text('document', 'OPTIONAL'),
  text('uri', 'OPTIONAL'),
];

/** One row group, on the disk when it returns. Compressed with snappy, which every tool reads. */
export async function writeParquet(path: string, records: readonly CopyRecord[]): Promise<void> {
  await writeColumns(path, SCHEMA, [
    { name: 'id', data: records.map(({ id }) => id) },
    { name: 'values', data: records.map(({ embedding }) => (embedding === null ? null : Array.from(embedding))) },
    { name: 'metadata', data: records.map(({ metadata }) => metadata) },
    { name: 'sparse_values', data: records.map(({ sparse }) => sparseOf(sparse)) },
    { name: 'document', data: records.map(({ document }) => document) },
    { name: 'uri', data: records.map(({ uri }) => uri) },
  ]);
}

/** As `writeParquet`, as vector-io writes it: each key of the metadata is a column. */
export async function writeVdf(path: string, { columns, records }: VdfGroup): Promise<void> {
  const schema = [
    { name: 'schema', num_children: 3 + columns.size },
    text('id', 'REQUIRED'),
    ...list(VECTOR, { type: 'DOUBLE' }),
    text('document', 'OPTIONAL'),
    ...[...columns].flatMap(([key, type]) => columnOf(key, type)),
  ];
  await writeColumns(path, schema, [
    { name: 'id', data: records.map(({ record }) => record.id) },
    { name: VECTOR, data: records.map(({ record }) => Array.from(record.embedding ?? [])) },
    { name: 'document', data: records.map(({ record }) => record.document) },
    ...[...columns.keys()].map((key) => ({ name: key, data: records.map(({ metadata }) => valueOf(metadata.get(key))) })),
  ]);
}

interface Column {
  readonly name: string;
  readonly data: unknown[];
}

async function writeColumns(path: string, schema: SchemaElement[], columnData: Column[]): Promise<void> {
  const writer = new ByteWriter();
  const file = new ParquetWriter({ writer, schema, codec: 'SNAPPY', createdBy: 'polyvec' });
  await file.write({ columnData });
  await file.finish();
  await writeFile(path, writer.getBytes(), { flush: true });
}

function columnOf(name: string, type: ColumnType): readonly SchemaElement[] {
  const leaf = LEAVES[type.replace('[]', '') as keyof typeof LEAVES];
  return type.endsWith('[]') ? list(name, leaf) : [{ name, repetition_type: 'OPTIONAL', ...leaf }];
}

function sparseOf(sparse: CopyRecord['sparse']): object | null {
  if (sparse === undefined || sparse === null) return null;
  return { indices: sparse.indices.map(BigInt), values: Array.from(sparse.values) };
}

function text(name: string, repetition_type: 'REQUIRED' | 'OPTIONAL'): SchemaElement {
  return { name, repetition_type, ...LEAVES.text };
}

function list(name: string, leaf: Leaf): readonly SchemaElement[] {
  return [
    { name, repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST', logical_type: { type: 'LIST' } },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', repetition_type: 'OPTIONAL', ...leaf },
  ];
}
