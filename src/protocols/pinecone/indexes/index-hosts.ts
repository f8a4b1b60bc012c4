import { isIPv6 } from 'node:net';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Collection } from '../../../collections/collection.js';
import { CollectionPortsService } from '../../../collections/collection-ports.service.js';
import { CONFIG, type Config } from '../../../config/config.js';
import { TenantsService } from '../../../tenants/tenants.service.js';
import { IndexPorts } from './index-ports.js';

/** One label of a host name. */
const HOST_LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** `bare` or `url`: the form of hosts for a client whose user agent does not say that it speaks gRPC without TLS. */
export const HOST_STYLE_HEADER = 'x-polyvec-host-style';

/** What a request tells of its client. */
export interface Asker {
  readonly userAgent: string | undefined;
  readonly hostStyle: string | undefined;
}

/** Where clients find an index: the `host` of its description. */
@Injectable()
export class IndexHosts {
  private readonly logger = new Logger('Pinecone');

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly ports: IndexPorts,
    private readonly collectionPorts: CollectionPortsService,
    private readonly tenants: TenantsService,
  ) {}

  /**
   * A name under the domain where there is one, else a port of its own, else a path on the control plane's. A list assigns no ports to
   * collections of other protocols, which may be many.
   */
  async hostOf(collection: Collection, asker: Asker, reason: 'create' | 'describe' | 'list'): Promise<string> {
    const { pineconeDomain: domain } = this.config;
    const publicHost = isIPv6(this.config.publicHost) ? `[${this.config.publicHost}]` : this.config.publicHost;
    if (domain !== undefined) {
      const { shortId } = await this.tenants.require(collection.tenant);
      const label = `${collection.name}-${shortId}`;
      // what another protocol has named may not be a label
      if (HOST_LABEL.test(label)) return `${label}.svc.${domain}`;
    }
    const port = await this.portOf(collection, reason);
    if (port === undefined && reason === 'create' && this.ports.open.length > 0) this.reportShortage(collection);
    const place = `${publicHost}:${port === undefined ? this.pathOf(collection) : String(port)}`;
    return this.wantsUrl(asker) ? `http://${place}` : place;
  }

  private async portOf(collection: Collection, reason: 'create' | 'describe' | 'list'): Promise<number | undefined> {
    const { open } = this.ports;
    const { pineconeOtherPorts, pineconePortRestMs: restMs } = this.config;
    const others = Math.min(pineconeOtherPorts, Math.floor(open.length / 2));
    const assignable = collection.protocol === 'pinecone' ? open : reason === 'list' ? [] : open.slice(open.length - others);
    return this.collectionPorts.portOf(collection, { open, assignable, restMs });
  }

  private reportShortage({ name }: Collection): void {
    this.logger.warn(
      `All ${String(this.ports.open.length)} index ports are taken or rest: the index '${name}' is served under a path, which gRPC ` +
        'clients cannot use; POLYVEC_PINECONE_INDEX_PORTS has room for more',
    );
  }

  /** On the control plane's port, which every client reaches, or else on the console's, with the index in the path. */
  private pathOf({ name }: Collection): string {
    const path = `_index/${encodeURIComponent(name)}`;
    const { console, control } = this.ports;
    return control === undefined ? `${String(console)}/pinecone/${path}` : `${String(control)}/${path}`;
  }

  /** Whether a bare host would make the SDK speak TLS, which only a port with a certificate does. */
  private wantsUrl({ userAgent, hostStyle }: Asker): boolean {
    const { pineconeHostStyle: style, tlsCert } = this.config;
    if (hostStyle === 'bare' || hostStyle === 'url') return hostStyle === 'url';
    if (style !== 'auto') return style === 'url';
    return tlsCert === undefined && takesUrls(userAgent ?? '');
  }
}

/** SDKs that put `https://` in front of a bare host, and take a URL. */
export function takesUrls(userAgent: string): boolean {
  const agent = userAgent.toLowerCase();
  if (agent.startsWith('python-client')) return !agent.includes('grpc');
  return agent.includes('lang=typescript') || agent.includes('go-client') || agent.includes('rust');
}
