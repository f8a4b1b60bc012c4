import { Injectable } from '@nestjs/common';
import type { Transfer } from '../../../collections/transfer.js';
import { TransfersService } from '../../../collections/transfers.service.js';
import { jsonObject } from '../../../http/json.js';
import { ImportOperations } from '../../../protocols/pinecone/imports/import-operations.js';
import { LimitedWork } from '../../../records/limited-work.service.js';
import { currentCaller } from '../../../tenants/caller.js';
import { Audit } from '../audit.js';
import { ConsoleCollections } from '../collections/operations.js';
import { invalid } from '../console-error.js';
import type { ImportList, ImportRow } from '../contract/imports.js';
import type { NewImportRequest } from './requests.js';

const MAX_LISTED = 500;

/** What comes into collections from elsewhere; files below the gateway's import root can be brought in from here. */
@Injectable()
export class ConsoleImports {
  constructor(
    private readonly transfers: TransfersService,
    private readonly imports: ImportOperations,
    private readonly collections: ConsoleCollections,
    private readonly audit: Audit,
    private readonly work: LimitedWork,
  ) {}

  async list(): Promise<ImportList> {
    const found = await this.work.run(() => this.transfers.list(MAX_LISTED));
    const { tenant, database, collections } = currentCaller();
    const reachesAll = tenant === null && database === null && collections === null;
    return { isServed: this.imports.isServed, imports: found.map((transfer) => toImportRow(transfer, reachesAll)) };
  }

  /** Adds an import, which begins when those before it have ended. Returns its number. */
  async start(uuid: string, { path, isStrict }: NewImportRequest): Promise<number> {
    // no other scheme, host or query can be named by it
    const uri = `file:///${path.split('/').map(encodeURIComponent).join('/')}`;
    return this.work.run(async () => {
      const collection = await this.collections.require(uuid);
      if (collection.dimension === null && collection.vectorType === 'dense')
        throw invalid('The collection has no dimension yet: it gets it from its first record');
      const onError = isStrict ? 'abort' : 'continue';
      const number = await this.imports.start(collection, { uri, errorMode: jsonObject({ onError }) });
      this.audit.note('import.start', collection, { number, path, isStrict });
      return number;
    });
  }

  /** What it has brought in so far stays. */
  async cancel(uuid: string, number: string): Promise<void> {
    await this.work.run(async () => {
      const collection = await this.collections.require(uuid);
      await this.imports.cancel(collection, number);
      this.audit.note('import.cancel', collection, { number });
    });
  }
}

/** Paths and hosts of the operator's are for who reaches everything. */
function toImportRow({ createdAt, finishedAt, source, ...transfer }: Transfer, reachesAll: boolean): ImportRow {
  return {
    ...transfer,
    source: transfer.kind === 'copy' && !reachesAll ? (source.split(':')[0] ?? '') : source,
    createdAt: createdAt?.toISOString() ?? null,
    finishedAt: finishedAt?.toISOString() ?? null,
  };
}
