import { Injectable, Logger } from '@nestjs/common';
import { Probe } from '../postgres/probe.js';
import { Lifecycle } from './lifecycle.js';

/** Why requests had better go elsewhere. */
export type Hindrance = 'starting' | 'stopping' | 'database_unreachable' | 'database_read_only';

/** Whether this instance should get requests. */
@Injectable()
export class ReadinessService {
  private readonly logger = new Logger(ReadinessService.name);
  private lastHindrance: Hindrance | undefined;

  constructor(
    private readonly lifecycle: Lifecycle,
    private readonly probe: Probe,
  ) {}

  /** Whether the start is over: the database has been reached, and its schema is up to date. */
  get hasStarted(): boolean {
    return this.lifecycle.phase !== 'starting';
  }

  /** What stands against it, found out within a second; undefined when nothing does. */
  async hindrance(): Promise<Hindrance | undefined> {
    const found = await this.look();
    if (found !== this.lastHindrance) this.logger.warn(found === undefined ? 'ready again' : `not ready: ${found}`);
    this.lastHindrance = found;
    return found;
  }

  private async look(): Promise<Hindrance | undefined> {
    const { phase } = this.lifecycle;
    if (phase !== 'serving') return phase;
    try {
      return (await this.probe.takesWrites()) ? undefined : 'database_read_only';
    } catch {
      return 'database_unreachable';
    }
  }
}
