import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import type { FieldList } from '../../../../src/console/api/contract/collections.js';
import type { FilterInput, RecordPage, RecordRow } from '../../../../src/console/api/contract/records.js';
import { call, isAbort, withParameters } from '../../api.js';
import { useCollection } from '../../state/collection.js';
import { filterPart, readFilter, writeFilter } from '../../state/filter.js';
import { idList, pickedIds } from '../../state/picks.js';
import { type Resource, useResource } from '../../state/resource.js';
import { type Changes, useParameters } from '../../state/url.js';

const PAGE = 200;

export type SearchMode = 'text' | 'vector' | 'ids';

/** What the URL of the Records screen says. */
export interface RecordsState {
  readonly namespace: string;
  readonly filter: FilterInput;
  /** Only these records; null: all. */
  readonly ids: readonly string[] | null;
  /** The record in the side panel. */
  readonly id: string | null;
  readonly mode: SearchMode;
  /** What is searched for, as typed; empty: nothing is. */
  readonly query: string;
  readonly limit: number;
  /** Fields shown as columns; null: nobody has chosen. */
  readonly columns: readonly string[] | null;
  readonly change: (changes: Changes, isStep?: boolean) => void;
  readonly changeFilter: (filter: FilterInput) => void;
}

export function useRecordsState(): RecordsState {
  const { collection } = useCollection();
  const [parameters, change] = useParameters();
  const mode = parameters.get('mode');
  const columns = parameters.get('columns');
  const pick = parameters.get('pick');
  const changeFilter = (filter: FilterInput): void => change({ filter: writeFilter(filter) }, true);
  return {
    namespace: parameters.get('ns') ?? '',
    filter: readFilter(parameters.get('filter')),
    ids: pick === null ? idList(parameters.get('ids')) : pickedIds(pick),
    id: parameters.get('id'),
    mode: mode === 'text' || mode === 'vector' || mode === 'ids' ? mode : collection.hasModel ? 'text' : 'vector',
    query: parameters.get('q') ?? '',
    limit: Math.min(100, Math.max(1, Number(parameters.get('limit') ?? '10') || 10)),
    columns: columns === null ? null : columns === '-' ? [] : columns.split(',').map(decodeURIComponent),
    change,
    changeFilter,
  };
}

/** The fields of a namespace's records, from a sample. */
export function useFields(uuid: string, namespace: string): Resource<FieldList> {
  const load = (signal: AbortSignal): Promise<FieldList> =>
    call('GET', withParameters(`/collections/${uuid}/fields`, { namespace }), { signal });
  return useResource(load, [uuid, namespace]);
}

export interface RecordPages {
  readonly rows: readonly RecordRow[];
  readonly hasMore: boolean;
  readonly isLoading: boolean;
  readonly error: Error | null;
  readonly more: () => void;
  readonly reload: () => void;
}

interface Pages {
  readonly rows: readonly RecordRow[];
  readonly next: string | null;
  readonly error: Error | null;
}

const NONE: Pages = { rows: [], next: null, error: null };

/** The records of a namespace that a filter selects, a page after the other; with `ids` those. */
export function useRecordPages(uuid: string, namespace: string, filter: FilterInput, ids: readonly string[] | null): RecordPages {
  const [pages, setPages] = useState<Pages>(NONE);
  const [wanted, setWanted] = useState<string | undefined>(undefined);
  const [isLoading, setLoading] = useState(true);
  const [round, setRound] = useState(0);
  const filterText = writeFilter(filter);
  const idsText = useMemo(() => (ids === null ? null : JSON.stringify(ids)), [ids]);
  useEffect(() => {
    setWanted(undefined);
    setRound((count) => count + 1);
  }, [uuid, namespace, filterText, idsText]);
  useEffect(() => {
    if (round === 0) return;
    const controller = new AbortController();
    setLoading(true);
    const load = (body: object): Promise<RecordPage> =>
      call('POST', `/collections/${uuid}/records`, { body: { namespace, limit: PAGE, ...body }, signal: controller.signal });
    const page =
      ids === null
        ? load({ ...filterPart(filter), ...(wanted !== undefined && { after: wanted }) })
        : pageOfIds(ids, Number(wanted ?? '0'), load);
    page.then(
      (page) => {
        setPages((before) => ({
          rows: wanted === undefined ? page.records : [...before.rows, ...page.records],
          next: page.next,
          error: null,
        }));
        setLoading(false);
      },
      (error: unknown) => {
        if (isAbort(error)) return;
        setPages((before) => ({ ...before, error: error instanceof Error ? error : new Error(String(error)) }));
        setLoading(false);
      },
    );
    return () => controller.abort();
  }, [round, wanted]);
  const more = useCallback(() => {
    if (pages.next !== null && !isLoading) setWanted(pages.next);
  }, [pages.next, isLoading]);
  const reload = useCallback(() => {
    setWanted(undefined);
    setRound((count) => count + 1);
  }, []);
  return { rows: pages.rows, hasMore: pages.next !== null, isLoading, error: pages.error, more, reload };
}

/** The records of the next ids of which there are any; `next` is the place of the ids after them. */
async function pageOfIds(ids: readonly string[], from: number, load: (body: object) => Promise<RecordPage>): Promise<RecordPage> {
  for (let start = from; start < ids.length; start += PAGE) {
    const end = start + PAGE;
    const { records } = await load({ ids: ids.slice(start, end) });
    if (records.length > 0) return { records, next: end < ids.length ? String(end) : null };
  }
  return { records: [], next: null };
}

export type Scalar = string | number | boolean;

/** Metadata as fields; empty for none. */
export function fieldsOf(metadata: string | null): readonly (readonly [string, unknown])[] {
  return metadata === null ? [] : Object.entries(JSON.parse(metadata) as Record<string, unknown>);
}

export function isScalar(value: unknown): value is Scalar {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** A record's embedding. @throws Error when it has none */
export async function embeddingOf(uuid: string, namespace: string, id: string): Promise<readonly number[]> {
  const body = { namespace, ids: [id], limit: 1, embeddings: true };
  const page = await call<RecordPage>('POST', `/collections/${uuid}/records`, { body });
  const embedding = page.records[0]?.embedding;
  if (embedding === null || embedding === undefined) throw new Error('This record has no embedding.');
  return embedding;
}
