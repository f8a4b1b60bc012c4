import { Injectable } from '@nestjs/common';
import type { Collection } from '../../../collections/collection.js';
import type { BulkImport } from '../../../copy/imports/import.js';
import { ImportRefused } from '../../../copy/imports/import-place.js';
import { ImportsService } from '../../../copy/imports/imports.service.js';
import { definitionOf } from '../indexes/index-definition.js';
import { MAX_IMPORT_URI } from '../limits.js';
import { invalidArgument, PineconeError } from '../pinecone-error.js';
import { decodeCursor, encodeCursor } from '../wire/page-cursor.js';
import type { RequestedPage } from '../wire/page-token.js';
import { ImportWorker } from './import-worker.js';
import { isStrict, type StartImportRequest } from './requests.js';

const NUMBER = /^[1-9]\d{0,8}$/;

/** Starts imports into an index, lists and cancels them. */
@Injectable()
export class ImportOperations {
  constructor(
    private readonly imports: ImportsService,
    private readonly worker: ImportWorker,
  ) {}

  /** Whether the gateway has a root for them. */
  get isServed(): boolean {
    return this.imports.isServed;
  }

  async start(collection: Collection, request: StartImportRequest): Promise<number> {
    this.requireServed();
    if (request.integrationId !== undefined)
      throw invalidArgument('integrationId is not served here: imports read files of the gateway alone');
    if (definitionOf(collection).embedding !== undefined)
      throw invalidArgument('Bulk imports are not supported on indexes with integrated inference');
    if (request.uri.length > MAX_IMPORT_URI)
      throw invalidArgument(
        `uri has ${String(request.uri.length)} characters, which exceeds the limit of ${String(MAX_IMPORT_URI)}`,
      );
    const strict = isStrict(request);
    try {
      const number = await this.imports.start(collection, request.uri, strict);
      this.worker.wake();
      return number;
    } catch (error) {
      if (error instanceof ImportRefused) throw invalidArgument(error.message);
      throw error;
    }
  }

  async list(
    collection: Collection,
    { limit, token }: RequestedPage,
  ): Promise<{ readonly entries: readonly BulkImport[]; readonly next: string | undefined }> {
    this.requireServed();
    const place = ['imports', collection.uuid];
    const after = decodeCursor(token, place) ?? '0';
    if (after !== '0' && !NUMBER.test(after)) throw invalidArgument('Invalid pagination token');
    const found = await this.imports.list(collection, Number(after), limit + 1);
    const entries = found.slice(0, limit);
    const last = entries.at(-1);
    return { entries, next: found.length > limit && last !== undefined ? encodeCursor(String(last.number), place) : undefined };
  }

  async describe(collection: Collection, id: string): Promise<BulkImport> {
    this.requireServed();
    const found = NUMBER.test(id) ? await this.imports.find(collection, Number(id)) : undefined;
    if (found === undefined) throw new PineconeError('NOT_FOUND', `Import ${id} not found.`);
    return found;
  }

  /** What it has imported so far stays. One that has ended stays as it is. */
  async cancel(collection: Collection, id: string): Promise<void> {
    await this.imports.finish(await this.describe(collection, id), 'Cancelled');
  }

  private requireServed(): void {
    if (!this.imports.isServed)
      throw new PineconeError('UNIMPLEMENTED', 'Bulk imports are not served here: POLYVEC_IMPORT_ROOT turns them on');
  }
}
