import { Injectable } from '@nestjs/common';
import { RecordReads } from './record-reads.service.js';
import { RecordSearches } from './record-searches.service.js';
import { RecordWrites } from './record-writes.service.js';

/** Everything that protocols do with records, each part described where it is done. */
@Injectable()
export class RecordsService {
  constructor(
    private readonly reads: RecordReads,
    private readonly writes: RecordWrites,
    private readonly searches: RecordSearches,
  ) {}

  readByInsertion(...call: Parameters<RecordReads['readByInsertion']>): ReturnType<RecordReads['readByInsertion']> {
    return this.reads.readByInsertion(...call);
  }

  readAllByInsertion(...call: Parameters<RecordReads['readAllByInsertion']>): ReturnType<RecordReads['readAllByInsertion']> {
    return this.reads.readAllByInsertion(...call);
  }

  readById(...call: Parameters<RecordReads['readById']>): ReturnType<RecordReads['readById']> {
    return this.reads.readById(...call);
  }

  countMatching(...call: Parameters<RecordReads['countMatching']>): ReturnType<RecordReads['countMatching']> {
    return this.reads.countMatching(...call);
  }

  count(...call: Parameters<RecordReads['count']>): ReturnType<RecordReads['count']> {
    return this.reads.count(...call);
  }

  write(...call: Parameters<RecordWrites['write']>): ReturnType<RecordWrites['write']> {
    return this.writes.write(...call);
  }

  merge(...call: Parameters<RecordWrites['merge']>): ReturnType<RecordWrites['merge']> {
    return this.writes.merge(...call);
  }

  delete(...call: Parameters<RecordWrites['delete']>): ReturnType<RecordWrites['delete']> {
    return this.writes.delete(...call);
  }

  search(...call: Parameters<RecordSearches['search']>): ReturnType<RecordSearches['search']> {
    return this.searches.search(...call);
  }

  rank(...call: Parameters<RecordSearches['rank']>): ReturnType<RecordSearches['rank']> {
    return this.searches.rank(...call);
  }
}
