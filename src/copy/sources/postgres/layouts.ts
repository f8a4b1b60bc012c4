import { identifier, join, type Sql, sql } from '../../../postgres/sql.js';

/** A column, and whether it holds vectors. */
export interface Column {
  readonly name: string;
  readonly isVector: boolean;
}

/** Which columns of a table become which part of a record. */
export interface Layout {
  /** What has made the table; `--map`: the person says it. */
  readonly preset: string;
  /** As a text, by which the rows are ordered. */
  readonly id: Sql;
  readonly embedding: string;
  readonly document: string | undefined;
  readonly uri: string | undefined;
  readonly namespace: string | undefined;
  /** A JSON object, as a text. */
  readonly metadata: Sql;
  /** Its rows belong to collections of their own, which another table names. */
  readonly hasCollections: boolean;
}

interface Preset {
  readonly name: string;
  /** Columns by which the table is known. */
  readonly columns: readonly string[];
  readonly id: string;
  readonly document?: string;
  readonly embedding: string;
  readonly metadata: string;
  /** All other columns are metadata, too. */
  readonly takesOthers?: true;
  readonly hasCollections?: true;
}

/** What frameworks make, the more particular ones first. Spring's `vector_store` is like Supabase's `documents`. */
const PRESETS: readonly Preset[] = [
  {
    ...{
      name: 'langchain',
      columns: ['id', 'collection_id', 'embedding', 'document', 'cmetadata'],
      id: 'id',
      document: 'document',
    },
    ...{ embedding: 'embedding', metadata: 'cmetadata', hasCollections: true },
  },
  {
    // earlier ones have the caller's ids beside the table's own
    ...{ name: 'langchain-old', columns: ['uuid', 'custom_id', 'collection_id', 'embedding', 'document', 'cmetadata'] },
    ...{ id: 'custom_id', document: 'document', embedding: 'embedding', metadata: 'cmetadata', hasCollections: true },
  },
  {
    ...{ name: 'langchain-v2', columns: ['langchain_id', 'content', 'embedding', 'langchain_metadata'], id: 'langchain_id' },
    ...{ document: 'content', embedding: 'embedding', metadata: 'langchain_metadata', takesOthers: true },
  },
  {
    ...{ name: 'llamaindex', columns: ['node_id', 'text', 'metadata_', 'embedding'], id: 'node_id', document: 'text' },
    ...{ embedding: 'embedding', metadata: 'metadata_' },
  },
  { name: 'vecs', columns: ['id', 'vec', 'metadata'], id: 'id', embedding: 'vec', metadata: 'metadata' },
  {
    ...{ name: 'supabase', columns: ['id', 'content', 'metadata', 'embedding'], id: 'id', document: 'content' },
    ...{ embedding: 'embedding', metadata: 'metadata' },
  },
];

/** How rows without the caller's own id are named. */
const OWN_IDS: Readonly<Record<string, Sql>> = {
  'langchain-old': sql`COALESCE(t.custom_id::text, t.uuid::text)`,
};

export const PRESET_NAMES: readonly string[] = PRESETS.map(({ name }) => name);

/**
 * What the columns of a table are: as `--map` says it, as the preset of that name has them, or as the first preset that fits.
 * Undefined: nobody knows. @throws Error for a column that there is not
 */
export function layoutOf(
  columns: readonly Column[],
  wanted: ReadonlyMap<string, string>,
  preset: string | undefined,
): Layout | undefined {
  const names = new Set(columns.map(({ name }) => name));
  if (wanted.size > 0) return mapped(columns, wanted);
  const fits = ({ name, columns: known }: Preset): boolean => {
    return (preset === undefined || preset === name) && known.every((column) => names.has(column));
  };
  const found = PRESETS.find(fits);
  return found === undefined ? undefined : ofPreset(found, columns);
}

function ofPreset(preset: Preset, columns: readonly Column[]): Layout {
  const { name, id, document, embedding, metadata, takesOthers = false, hasCollections = false } = preset;
  const own = sql`COALESCE(t.${identifier(metadata)}::jsonb, '{}')`;
  const used = [...preset.columns, ...vectorsOf(columns)];
  return {
    ...{ preset: name, embedding, document, uri: undefined, namespace: undefined, hasCollections },
    id: OWN_IDS[name] ?? sql`t.${identifier(id)}::text`,
    metadata: takesOthers ? sql`(${others(columns, used)} || ${own})::text` : sql`t.${identifier(metadata)}::text`,
  };
}

/** @throws Error for a column that there is not, and without a column for the id or the embedding */
function mapped(columns: readonly Column[], wanted: ReadonlyMap<string, string>): Layout | undefined {
  if (wanted.has('sparse')) throw new Error('--map: sparse vectors are not read from tables');
  const known = new Map(columns.map((column) => [column.name, column]));
  for (const [part, column] of wanted) {
    if (!known.has(column) && !(part === 'metadata' && column === '*'))
      throw new Error(`--map: the table has no column ${column}, only ${[...known.keys()].join(', ')}`);
  }
  const id = wanted.get('id');
  const embedding = wanted.get('embedding') ?? vectorsOf(columns)[0];
  if (id === undefined || embedding === undefined) return undefined;
  const [document, uri, namespace, metadata] = ['document', 'uri', 'namespace', 'metadata'].map((part) => wanted.get(part));
  const used = [id, embedding, document, uri, namespace, ...vectorsOf(columns)].filter((name) => name !== undefined);
  const all = sql`${others(columns, used)}::text`;
  return {
    ...{ preset: '--map', id: sql`t.${identifier(id)}::text`, embedding, document, uri, namespace, hasCollections: false },
    metadata: metadata === undefined ? sql`NULL` : metadata === '*' ? all : sql`t.${identifier(metadata)}::text`,
  };
}

/** All other columns as one JSON object. */
function others(columns: readonly Column[], used: readonly string[]): Sql {
  const left = columns.filter(({ name }) => !used.includes(name)).map(({ name }) => sql`t.${identifier(name)}`);
  return left.length === 0 ? sql`'{}'::jsonb` : sql`to_jsonb((SELECT o FROM (SELECT ${join(left, ', ')}) AS o))`;
}

/** The columns with vectors, which are nobody's metadata. */
function vectorsOf(columns: readonly Column[]): readonly string[] {
  return columns.filter(({ isVector }) => isVector).map(({ name }) => name);
}
