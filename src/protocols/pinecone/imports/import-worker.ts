import { type BeforeApplicationShutdown, Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import type { Collection } from '../../../collections/collection.js';
import { FieldCollector } from '../../../collections/field-collector.js';
import { CONFIG, type Config } from '../../../config/config.js';
import type { Chunk, CopyRecord } from '../../../copy/copy.js';
import type { BulkImport, ImportProgress } from '../../../copy/imports/import.js';
import { ImportRefused } from '../../../copy/imports/import-place.js';
import { ImportsService } from '../../../copy/imports/imports.service.js';
import { GatewayError } from '../../../errors.js';
import { isJsonObject, parseJson } from '../../../http/json.js';
import { LeasesService } from '../../../records/maintenance/leases.service.js';
import type { RecordWrite } from '../../../records/record.js';
import { RecordWrites } from '../../../records/record-writes.service.js';
import { toRecordWrite } from '../data/vector-writes.js';
import { toPineconeError } from '../errors.js';
import { PineconeError } from '../pinecone-error.js';

const LEASE = 'bulk-imports';
/** A chunk has to be written within this time, or another instance takes the import over. */
const LEASE_SECONDS = 60;
/** How often the list is looked at: for imports that another instance has left behind. */
const ROUND_MS = 10_000;
const REPLACE = { existing: 'replace', missing: 'insert' } as const;

/** What has become of a chunk's records. */
interface Written {
  readonly records: number;
  readonly rejects: number;
  /** Why the first one was left out. */
  readonly error: string | null;
}

/**
 * Carries out imports, one at a time, on whichever instance is first. What an import has done is remembered behind each chunk: when the
 * instance ends, another one goes on, and writes the last chunk again, which comes to the same.
 */
@Injectable()
export class ImportWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(ImportWorker.name);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private stopped = false;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly imports: ImportsService,
    private readonly writes: RecordWrites,
    private readonly leases: LeasesService,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.imports.isServed) return;
    this.timer = setInterval(() => {
      this.wake();
    }, ROUND_MS).unref();
    this.wake();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.running;
  }

  /** There may be something to do. Returns at once. */
  wake(): void {
    if (this.running !== undefined || this.stopped) return;
    this.running = this.work().finally(() => {
      this.running = undefined;
    });
  }

  private async work(): Promise<void> {
    try {
      while (!this.stopped) {
        if ((await this.imports.next()) === undefined || !(await this.leases.take(LEASE, LEASE_SECONDS))) return;
        const next = await this.imports.next();
        if (next !== undefined) await this.carryOut(next.collection, next.entry);
      }
    } catch (error) {
      // the next round goes on; an unavailable database is logged by `FaultLog`
      if (!(error instanceof GatewayError)) this.logger.error({ message: 'an import has stopped', cause: String(error) });
    } finally {
      await this.leases.release(LEASE).catch(() => undefined);
    }
  }

  private async carryOut(collection: Collection, entry: BulkImport): Promise<void> {
    try {
      const { source, from } = await this.imports.open(collection, entry);
      let progress: ImportProgress = entry;
      for await (const chunk of source.read(from, entry.cursor)) {
        if (this.stopped || !(await this.leases.take(LEASE, LEASE_SECONDS))) return;
        const written = await this.write(collection, chunk);
        const next = {
          cursor: chunk.cursor,
          records: progress.records + written.records,
          rejects: progress.rejects + written.rejects,
          error: progress.error ?? written.error,
        };
        // cancelled, or another instance is at work
        if (!(await this.imports.step(entry, progress.cursor, next))) return;
        if (entry.isStrict && next.rejects > 0) {
          await this.imports.finish(entry, 'Failed');
          return;
        }
        progress = next;
      }
      await this.imports.finish(entry, 'Completed');
    } catch (error) {
      if (isPassing(error)) throw error;
      await this.imports.finish(entry, 'Failed', wordsOf(error));
    }
  }

  private async write(collection: Collection, { records, rejects }: Chunk): Promise<Written> {
    const reasons = rejects.map(({ reason }) => reason);
    let written = 0;
    for (const [namespace, list] of byNamespace(records)) {
      const good: CopyRecord[] = [];
      for (const record of list) {
        const reason = this.problemOf(collection, record);
        if (reason === undefined) good.push(record);
        else reasons.push(`${JSON.stringify(record.id)}: ${reason}`);
      }
      written += await this.writeAll(collection, namespace, good, reasons);
    }
    return { records: written, rejects: reasons.length, error: reasons[0] ?? null };
  }

  /** Where a limit refuses the records together, they are written one by one. */
  private async writeAll(
    collection: Collection,
    namespace: string,
    records: readonly CopyRecord[],
    reasons: string[],
  ): Promise<number> {
    if (records.length === 0) return 0;
    try {
      const collector = new FieldCollector();
      const writes = records.map((record) => this.toWrite(collection, record, collector));
      await this.writes.write(collection, namespace, { records: writes, fields: collector.fields }, REPLACE);
      return records.length;
    } catch (error) {
      if (isPassing(error)) throw error;
      const [first] = records;
      if (records.length === 1 && first !== undefined) {
        reasons.push(`${JSON.stringify(first.id)}: ${wordsOf(error)}`);
        return 0;
      }
      let written = 0;
      for (const record of records) written += await this.writeAll(collection, namespace, [record], reasons);
      return written;
    }
  }

  private problemOf(collection: Collection, record: CopyRecord): string | undefined {
    try {
      this.toWrite(collection, record, new FieldCollector());
      return undefined;
    } catch (error) {
      return wordsOf(error);
    }
  }

  /** By the rules of an upsert. */
  private toWrite(collection: Collection, record: CopyRecord, collector: FieldCollector): RecordWrite {
    const { id, embedding, sparse, metadata } = record;
    const object = metadata === null ? undefined : parseJson(metadata);
    const vector = {
      ...{ id, values: embedding ?? undefined, metadata: isJsonObject(object) ? object : undefined },
      sparseValues: sparse ? { indices: sparse.indices, values: Float32Array.from(sparse.values) } : undefined,
    };
    return toRecordWrite(collection, vector, this.config.pineconeMaxMetadataBytes, collector);
  }
}

/** Whether the same may go well a little later. */
function isPassing(error: unknown): boolean {
  if (error instanceof ImportRefused || error instanceof PineconeError) return false;
  if (!(error instanceof GatewayError)) return false;
  return ['unavailable', 'conflict', 'internal'].includes(error.detail.kind);
}

/** A file that cannot be read says why itself. */
function wordsOf(error: unknown): string {
  const isOurs = error instanceof GatewayError || error instanceof PineconeError;
  return isOurs ? toPineconeError(error).message : (error as Error).message;
}

function byNamespace(records: readonly CopyRecord[]): ReadonlyMap<string, readonly CopyRecord[]> {
  const groups = new Map<string, CopyRecord[]>();
  for (const record of records) {
    const { namespace = '' } = record;
    const group = groups.get(namespace) ?? [];
    group.push(record);
    groups.set(namespace, group);
  }
  return groups;
}
