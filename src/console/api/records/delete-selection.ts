import { isJsonObject, type Json, stringifyJson } from '../../../http/json.js';
import type { Selection } from '../../../records/record.js';
import { listOf, objectOf, textOf } from '../bodies.js';
import { invalid } from '../console-error.js';
import { toFilter } from '../filter/chroma-filter.js';
import { readFilter, type SentFilter } from '../filter/input.js';
import { MAX_DELETED_IDS } from './requests.js';

/** What is to be deleted, as it was sent. */
export interface SentSelection {
  readonly namespace: string;
  readonly ids?: readonly string[] | undefined;
  readonly filter: SentFilter;
  /** All of it, in one form: what is signed. */
  readonly text: string;
}

/** @throws ConsoleError 400 for what is no selection */
export function readSelection(sent: Json): SentSelection {
  const selection = objectOf(sent, 'selection');
  const ids = selection.get('ids');
  const texts =
    ids === undefined || ids === null ? undefined : listOf(ids, 'selection.ids').map((id) => textOf(id, 'selection.ids'));
  return selectionOf(textOf(selection.get('namespace'), 'selection.namespace'), texts, selection.get('filter'));
}

/** @throws ConsoleError 400 unless it has either ids, not too many, or a filter */
export function selectionOf(namespace: string, ids: readonly string[] | undefined, filter: Json | undefined): SentSelection {
  if ((ids === undefined) === (filter === undefined || filter === null)) throw invalid('one of ids and filter: is needed');
  if (ids !== undefined && ids.length > MAX_DELETED_IDS) throw invalid(`ids: are more than ${String(MAX_DELETED_IDS)}`);
  const text = JSON.stringify([namespace, ids ?? null, isJsonObject(filter) ? stringifyJson(filter) : null]);
  return { namespace, ids, filter: readFilter(filter), text };
}

/** The selection in parts that no record is in two of: ids by the size, a filter as a whole. */
export function partsOf({ ids, filter }: SentSelection, size: number): readonly Selection[] {
  if (ids === undefined) return [{ filter: toFilter(filter) }];
  const once = [...new Set(ids)];
  const count = Math.max(1, Math.ceil(once.length / size));
  return Array.from({ length: count }, (_, part) => ({ ids: once.slice(part * size, (part + 1) * size) }));
}

/** Which fields were asked for how, or how many ids: no values. */
export function redacted({ ids, filter }: SentSelection): object {
  if (ids !== undefined) return { ids: ids.length };
  const conditions = filter.conditions.map(({ field, op }) => ({ field: field ?? 'document', op, value: '[redacted]' }));
  return { match: filter.match, conditions };
}
