import { Injectable } from '@nestjs/common';

/** The ports that serve one index each. They are known once they are open. */
@Injectable()
export class IndexPorts {
  private ports: readonly number[] = [];
  private consolePort: number | undefined;
  private controlPort: number | undefined;

  get open(): readonly number[] {
    return this.ports;
  }

  /** The console's, which serves every index under a path. */
  get console(): number | undefined {
    return this.consolePort;
  }

  /** The control plane's, which serves them so, too. */
  get control(): number | undefined {
    return this.controlPort;
  }

  /** Called when the ports are open. */
  opened(ports: readonly number[], consolePort: number | undefined, controlPort: number | undefined): void {
    this.controlPort = controlPort;
    this.consolePort = consolePort;
    this.ports = [...ports].sort((left, right) => left - right);
  }
}
