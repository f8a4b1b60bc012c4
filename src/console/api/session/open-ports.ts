import { isIPv6 } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../../config/config.js';
import type { Addresses } from '../contract/session.js';

/** The ports of this gateway. They are known once they are open. */
@Injectable()
export class OpenPorts {
  private ports: ReadonlyMap<string, number> = new Map();

  constructor(@Inject(CONFIG) private readonly config: Config) {}

  /** Called when the ports are open. */
  opened(ports: ReadonlyMap<string, number>): void {
    this.ports = ports;
  }

  /** Where clients reach each protocol: at its port, or else below the console's. */
  get addresses(): Addresses {
    const { publicHost, tlsCert } = this.config;
    const origin = `${tlsCert === undefined ? 'http' : 'https'}://${isIPv6(publicHost) ? `[${publicHost}]` : publicHost}`;
    const console = `${origin}:${String(this.ports.get('console'))}`;
    const of = (name: string): string => {
      const port = this.ports.get(name);
      return port === undefined ? `${console}/${name}` : `${origin}:${String(port)}`;
    };
    return { chroma: of('chroma'), pinecone: of('pinecone'), vectorizer: of('vectorizer'), console };
  }
}
