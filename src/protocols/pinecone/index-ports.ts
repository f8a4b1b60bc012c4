import { Injectable } from '@nestjs/common';

/** The ports that stand for one index each. They are known once they are open. */
@Injectable()
export class IndexPorts {
  private ports: readonly number[] = [];

  get open(): readonly number[] {
    return this.ports;
  }

  /** Told by whoever opens ports. */
  opened(ports: readonly number[]): void {
    this.ports = [...ports].sort((left, right) => left - right);
  }
}
