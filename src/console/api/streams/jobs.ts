import cluster from 'node:cluster';
import { hostname } from 'node:os';
import { Injectable } from '@nestjs/common';
import { LeasesService } from '../../../records/maintenance/leases.service.js';
import { ConsoleError } from '../console-error.js';

/** A worker that dies over a job holds others up for so long. */
const LEASE_SECONDS = 30;
const RENEWAL_MS = 10_000;

/** Long work for a viewer: one at a time in an instance, whatever the number of its processes. */
@Injectable()
export class ConsoleJobs {
  private isBusy = false;
  /** Workers of an instance have the same parent. */
  private readonly lease = `console job of ${hostname()} ${String(process.ppid)}`;

  constructor(private readonly leases: LeasesService) {}

  /** @throws ConsoleError 429 while there is another one */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.isBusy) throw busy();
    this.isBusy = true;
    try {
      return cluster.isWorker ? await this.leased(work) : await work();
    } finally {
      this.isBusy = false;
    }
  }

  private async leased<T>(work: () => Promise<T>): Promise<T> {
    if (!(await this.leases.take(this.lease, LEASE_SECONDS))) throw busy();
    const renewal = setInterval(() => {
      this.leases.take(this.lease, LEASE_SECONDS).catch(() => undefined);
    }, RENEWAL_MS);
    try {
      return await work();
    } finally {
      clearInterval(renewal);
      await this.leases.release(this.lease);
    }
  }
}

function busy(): ConsoleError {
  return new ConsoleError(429, 'busy', 'Another map or measurement is being made: one at a time');
}
