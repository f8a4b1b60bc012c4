import type { Config } from '../../config/config.js';
import { Limits } from '../../limits/limits.js';
import {
  CONFLICT_POLICIES,
  type CopyRecord,
  type Destination,
  type Filling,
  type SourceCollection,
  type Standing,
  type Target,
} from '../copy.js';
import { problemOfRecord, problemsOfNew } from './rules.js';

/** An embedded database that the first copy would make: for a dry run, which makes nothing. */
export class AbsentDatabase implements Target {
  readonly policies = CONFLICT_POLICIES;
  private readonly limits: Limits;

  constructor(
    config: Config,
    readonly label: string,
  ) {
    this.limits = new Limits(config);
  }

  problemsOf(from: SourceCollection, to: Destination): Promise<readonly string[]> {
    return Promise.resolve(problemsOfNew(this.limits, from, to));
  }

  standing(): Promise<Standing> {
    return Promise.resolve({ kind: 'new' });
  }

  problemOf(from: SourceCollection, record: CopyRecord): string | undefined {
    return problemOfRecord(this.limits, from, record);
  }

  fill(): Promise<Filling> {
    throw new Error('nothing is written in a dry run');
  }

  finished(): Promise<Filling> {
    throw new Error('there is no database yet');
  }

  discard(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
