import { Inject, Injectable } from '@nestjs/common';
import type { Collection } from '../../../collections/collection.js';
import { CONFIG, type Config } from '../../../config/config.js';
import { SharedSecrets } from '../../../keys/shared-secrets.service.js';
import { LimitedWork } from '../../../records/limited-work.service.js';
import type { Fingerprint, Selection, StoredRecord } from '../../../records/record.js';
import { RecordReads } from '../../../records/record-reads.service.js';
import { RecordWrites } from '../../../records/record-writes.service.js';
import { currentCaller } from '../../../tenants/caller.js';
import { Audit } from '../audit.js';
import { ConsoleCollections } from '../collections/operations.js';
import { ConsoleError, invalid } from '../console-error.js';
import type { DeleteLine, DeletePreview } from '../contract/records.js';
import { toConsoleError } from '../errors.js';
import type { Streamed } from '../streams/streamed.js';
import { partsOf, readSelection, redacted, selectionOf, type SentSelection } from './delete-selection.js';
import type { DeleteConfirmationRequest, DeleteRequest } from './requests.js';
import { ROW_PARTS, toRecordRow } from './responses.js';

const MAX_COUNT = 100_000;
const EXAMPLES = 20;
const VALID_MS = 5 * 60_000;
const PURPOSE = 'console delete';
/** In place of a fingerprint: of more than are counted none is taken. */
const MORE = 'more';
const NONE = 'none';
/** Ids in a statement. */
const PART_IDS = 1_000;
/** Records of a filter that a statement deletes. */
const PART_ROWS = 10_000;

/** A deletion that somebody has seen a preview of, and that nothing speaks against any more. */
export interface ConfirmedDelete {
  readonly collection: Collection;
  readonly sent: SentSelection;
  /** How many records; undefined: more than are counted. */
  readonly expected: number | undefined;
}

/** Deletes what somebody has seen a preview of, and no more. */
@Injectable()
export class ConsoleDeletes {
  private readonly partIds: number;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly collections: ConsoleCollections,
    private readonly reads: RecordReads,
    private readonly writes: RecordWrites,
    private readonly secrets: SharedSecrets,
    private readonly audit: Audit,
    private readonly work: LimitedWork,
  ) {
    this.partIds = config.maxIds === 0 ? PART_IDS : Math.min(PART_IDS, config.maxIds);
  }

  async preview(uuid: string, { namespace, ids, filter }: DeleteRequest): Promise<DeletePreview> {
    const sent = selectionOf(namespace, ids, filter);
    const collection = await this.work.run(() => this.collections.require(uuid));
    const { count, fingerprint } = await this.fingerprint(collection, sent, MAX_COUNT + 1);
    const examples = await this.examples(collection, sent);
    const isMore = count > MAX_COUNT;
    const shown = { count: Math.min(count, MAX_COUNT), isMore };
    const signed = { ...shown, until: Date.now() + VALID_MS, mark: isMore ? MORE : (fingerprint ?? NONE) };
    const signature = await this.work.run(() => this.secrets.sign(PURPOSE, signedText(collection, sent, signed)));
    return {
      ...shown,
      examples: examples.map((record) => toRecordRow(record, { embedding: false, whole: false })),
      token: `${String(signed.until)}.${signed.mark}.${signature}`,
    };
  }

  /** @throws ConsoleError 409 when other records are selected by now, or they were written again, 400 for a token that is not of this selection, count and caller, or too old */
  async confirm(uuid: string, { token, selection, expected }: DeleteConfirmationRequest): Promise<ConfirmedDelete> {
    const sent = readSelection(selection);
    const collection = await this.work.run(() => this.collections.require(uuid));
    const mark = await this.work.run(() => this.requireSigned(collection, sent, token, expected));
    if (mark === MORE) return { collection, sent, expected: undefined };
    await this.requireUnchanged(collection, sent, { mark, expected });
    return { collection, sent, expected };
  }

  /**
   * Deletes, a statement after the other: a line as each has ended, and one at the end. A viewer that leaves, or a failure, ends it
   * between two statements; what they have deleted is gone, and the audit says how much.
   */
  async carryOut({ collection, sent, expected }: ConfirmedDelete, streamed: Streamed): Promise<void> {
    const write = (line: DeleteLine): void => {
      streamed.line(line);
    };
    let deleted = 0;
    let outcome = 'cut';
    try {
      for await (const count of this.deletions(collection, sent, expected)) {
        deleted += count;
        if (streamed.ended.aborted) return;
        write({ kind: 'progress', deleted, of: expected ?? null });
      }
      outcome = 'done';
      write({ kind: 'done', deleted });
    } catch (error) {
      outcome = 'failed';
      write({ kind: 'failed', deleted, message: toConsoleError(error).message });
    } finally {
      const { namespace } = sent;
      this.audit.note('records.delete', collection, { namespace, deleted, outcome, selection: redacted(sent) });
    }
  }

  /** How many records each statement has deleted. */
  private async *deletions(collection: Collection, sent: SentSelection, expected: number | undefined): AsyncGenerator<number> {
    if (sent.ids !== undefined) {
      for (const part of partsOf(sent, this.partIds)) yield this.deletePart(collection, sent.namespace, part, null);
      return;
    }
    const [selected = {}] = partsOf(sent, this.partIds);
    // what has come since the comparison has higher numbers, and stays
    for (let left = expected ?? Infinity; left > 0;) {
      const limit = Math.min(left, PART_ROWS);
      const count = await this.deletePart(collection, sent.namespace, selected, limit);
      yield count;
      if (count < limit) return;
      left -= count;
    }
  }

  /** Nobody waits for it but who has asked for it: it may take as long as a client's. */
  private async deletePart(collection: Collection, namespace: string, part: Selection, limit: number | null): Promise<number> {
    const request = { ...part, limit, listIds: false };
    const { count } = await this.work.run(
      () => this.writes.delete(collection, namespace, request),
      this.config.statementTimeoutMs,
    );
    return count;
  }

  /** Of all parts together. */
  private async fingerprint(collection: Collection, sent: SentSelection, limit: number): Promise<Fingerprint> {
    let count = 0;
    let whole: bigint | undefined;
    for (const part of partsOf(sent, this.partIds)) {
      const found = await this.work.run(() => this.reads.fingerprintUpTo(collection, sent.namespace, part, limit));
      count += found.count;
      if (found.fingerprint !== null) whole = (whole ?? 0n) ^ BigInt(found.fingerprint);
    }
    return { count, fingerprint: whole === undefined ? null : String(whole) };
  }

  /** The first records that are selected. */
  private async examples(collection: Collection, sent: SentSelection): Promise<readonly StoredRecord[]> {
    const examples: StoredRecord[] = [];
    for (const part of partsOf(sent, this.partIds)) {
      const request = { ...part, after: undefined, limit: EXAMPLES - examples.length, parts: ROW_PARTS };
      const { records } = await this.work.run(() => this.reads.readAfter(collection, sent.namespace, request));
      examples.push(...records);
      if (examples.length >= EXAMPLES) break;
    }
    return examples;
  }

  private async requireUnchanged(
    collection: Collection,
    sent: SentSelection,
    { mark, expected }: { readonly mark: string; readonly expected: number },
  ): Promise<void> {
    const { count, fingerprint } = await this.fingerprint(collection, sent, expected + 1);
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
