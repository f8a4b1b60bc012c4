import { Inject, Injectable } from '@nestjs/common';
import type { Collection } from '../../../collections/collection.js';
import { CONFIG, type Config } from '../../../config/config.js';
import { isJsonObject, type Json, stringifyJson } from '../../../http/json.js';
import { SharedSecrets } from '../../../keys/shared-secrets.service.js';
import { LimitedWork } from '../../../records/limited-work.service.js';
import type { Selection } from '../../../records/record.js';
import { RecordReads } from '../../../records/record-reads.service.js';
import { RecordWrites } from '../../../records/record-writes.service.js';
import { currentCaller } from '../../../tenants/caller.js';
import { Audit } from '../audit.js';
import { listOf, objectOf, textOf } from '../bodies.js';
import { ConsoleCollections } from '../collections/operations.js';
import { ConsoleError, invalid } from '../console-error.js';
import type { DeletePreview } from '../contract/records.js';
import { toFilter } from '../filter/chroma-filter.js';
import { readFilter, type SentFilter } from '../filter/input.js';
import { type DeleteConfirmationRequest, type DeleteRequest, MAX_DELETED_IDS } from './requests.js';
import { ROW_PARTS, toRecordRow } from './responses.js';

const MAX_COUNT = 100_000;
const EXAMPLES = 20;
const VALID_MS = 5 * 60_000;
const PURPOSE = 'console delete';
/** In place of a fingerprint: of more than are counted none is taken. */
const MORE = 'more';
const NONE = 'none';

/** What is to be deleted, as it was sent. */
interface SentSelection {
  readonly namespace: string;
  readonly ids?: readonly string[] | undefined;
  readonly filter: SentFilter;
  /** All of it, in one form: what is signed. */
  readonly text: string;
}

/** Deletes what somebody has seen a preview of, and no more. */
@Injectable()
export class ConsoleDeletes {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly collections: ConsoleCollections,
    private readonly reads: RecordReads,
    private readonly writes: RecordWrites,
    private readonly secrets: SharedSecrets,
    private readonly audit: Audit,
    private readonly work: LimitedWork,
  ) {}

  async preview(uuid: string, { namespace, ids, filter }: DeleteRequest): Promise<DeletePreview> {
    const sent = selectionOf(namespace, ids, filter);
    return this.work.run(async () => {
      const collection = await this.collections.require(uuid);
      const selection = toSelection(sent);
      const { count, fingerprint } = await this.reads.fingerprintUpTo(collection, namespace, selection, MAX_COUNT + 1);
      const first = { ...selection, after: undefined, limit: EXAMPLES, parts: ROW_PARTS };
      const { records } = await this.reads.readAfter(collection, namespace, first);
      const isMore = count > MAX_COUNT;
      const shown = { count: Math.min(count, MAX_COUNT), isMore };
      const signed = { ...shown, until: Date.now() + VALID_MS, mark: isMore ? MORE : (fingerprint ?? NONE) };
      const signature = await this.secrets.sign(PURPOSE, signedText(collection, sent, signed));
      return {
        ...shown,
        examples: records.map((record) => toRecordRow(record, { embedding: false, whole: false })),
        token: `${String(signed.until)}.${signed.mark}.${signature}`,
      };
    });
  }

  /** @throws ConsoleError 409 when other records are selected by now, or they were written again, 400 for a token that is not of this selection, count and caller, or too old */
  async delete(uuid: string, { token, selection, expected }: DeleteConfirmationRequest): Promise<{ readonly deleted: number }> {
    const sent = readSelection(selection);
    // nobody waits for a large delete but who has asked for it
    return this.work.run(async () => {
      const collection = await this.collections.require(uuid);
      const mark = await this.requireSigned(collection, sent, token, expected);
      const selected = toSelection(sent);
      if (mark !== MORE) await this.requireUnchanged(collection, sent.namespace, selected, { mark, expected });
      // what comes after this comparison stays
      const limit = mark === MORE || sent.ids !== undefined ? null : expected;
      const { count } = await this.writes.delete(collection, sent.namespace, { ...selected, limit, listIds: false });
      this.audit.note('records.delete', collection, { namespace: sent.namespace, deleted: count, selection: redacted(sent) });
      return { deleted: count };
    }, this.config.statementTimeoutMs);
  }

  private async requireUnchanged(
    collection: Collection,
    namespace: string,
    selected: Selection,
    { mark, expected }: { readonly mark: string; readonly expected: number },
  ): Promise<void> {
    const { count, fingerprint } = await this.reads.fingerprintUpTo(collection, namespace, selected, expected + 1);
    if (count > expected) throw new ConsoleError(409, 'grown', 'There are more records by now: look at them first');
    if ((fingerprint ?? NONE) !== mark)
      throw new ConsoleError(409, 'changed', 'The records have changed by now: look at them first');
  }

  /** The fingerprint of what was shown, or `MORE`. */
  private async requireSigned(collection: Collection, sent: SentSelection, token: string, count: number): Promise<string> {
    const [until = '', mark = '', signature = ''] = token.split('.');
    const text = signedText(collection, sent, { count, until: Number(until), mark });
    if (!(await this.secrets.isSigned(PURPOSE, text, signature))) throw invalid('token: is not of this selection and this count');
    if (Number(until) < Date.now()) throw new ConsoleError(400, 'expired', 'The preview is older than five minutes: look again');
    return mark;
  }
}

function signedText(
  { uuid }: Collection,
  { text }: SentSelection,
  shown: { readonly count: number; readonly until: number; readonly mark: string },
): string {
  return JSON.stringify([currentCaller().keyId, uuid, text, shown.count, shown.mark, shown.until]);
}

function readSelection(sent: Json): SentSelection {
  const selection = objectOf(sent, 'selection');
  const ids = selection.get('ids');
  const texts =
    ids === undefined || ids === null ? undefined : listOf(ids, 'selection.ids').map((id) => textOf(id, 'selection.ids'));
  return selectionOf(textOf(selection.get('namespace'), 'selection.namespace'), texts, selection.get('filter'));
}

function selectionOf(namespace: string, ids: readonly string[] | undefined, filter: Json | undefined): SentSelection {
  if ((ids === undefined) === (filter === undefined || filter === null)) throw invalid('one of ids and filter: is needed');
  if (ids !== undefined && ids.length > MAX_DELETED_IDS) throw invalid(`ids: are more than ${String(MAX_DELETED_IDS)}`);
  const text = JSON.stringify([namespace, ids ?? null, isJsonObject(filter) ? stringifyJson(filter) : null]);
  return { namespace, ids, filter: readFilter(filter), text };
}

function toSelection({ ids, filter }: SentSelection): Selection {
  return ids === undefined ? { filter: toFilter(filter) } : { ids };
}

/** Which fields were asked for how, or how many ids: no values. */
function redacted({ ids, filter }: SentSelection): object {
  if (ids !== undefined) return { ids: ids.length };
  const conditions = filter.conditions.map(({ field, op }) => ({ field: field ?? 'document', op, value: '[redacted]' }));
  return { match: filter.match, conditions };
}
