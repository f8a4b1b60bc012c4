import { writeFile } from 'node:fs/promises';
import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { CopyRecord } from '../copy.js';

/** Pinecone's schema for imports, and two columns that it ignores. */
const SCHEMA: SchemaElement[] = [
  { name: 'schema', num_children: 6 },
  text('id', 'REQUIRED'),
  ...list('values', 'FLOAT'),
  text('metadata', 'OPTIONAL'),
  { name: 'sparse_values', repetition_type: 'OPTIONAL', num_children: 2 },
  ...list('indices', 'INT64'),
  ...list('values', 'FLOAT'),
  text('document', 'OPTIONAL'),
  text('uri', 'OPTIONAL'),
];

/** One row group, on the disk when it returns. Compressed with snappy, which every tool reads. */
export async function writeParquet(path: string, records: readonly CopyRecord[]): Promise<void> {
  const writer = new ByteWriter();
  const file = new ParquetWriter({ writer, schema: SCHEMA, codec: 'SNAPPY', createdBy: 'polyvec' });
  await file.write({
    columnData: [
      { name: 'id', data: records.map(({ id }) => id) },
      { name: 'values', data: records.map(({ embedding }) => (embedding === null ? null : Array.from(embedding))) },
      { name: 'metadata', data: records.map(({ metadata }) => metadata) },
      { name: 'sparse_values', data: records.map(({ sparse }) => sparseOf(sparse)) },
      { name: 'document', data: records.map(({ document }) => document) },
      { name: 'uri', data: records.map(({ uri }) => uri) },
    ],
  });
  await file.finish();
  await writeFile(path, writer.getBytes(), { flush: true });
}

function sparseOf(sparse: CopyRecord['sparse']): object | null {
  if (sparse === undefined || sparse === null) return null;
  return { indices: sparse.indices.map(BigInt), values: Array.from(sparse.values) };
}

function text(name: string, repetition_type: 'REQUIRED' | 'OPTIONAL'): SchemaElement {
  return { name, repetition_type, type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } };
}

function list(name: string, type: 'FLOAT' | 'INT64'): readonly SchemaElement[] {
  return [
    { name, repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST', logical_type: { type: 'LIST' } },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', repetition_type: 'OPTIONAL', type },
  ];
}
