import { Inject, Injectable } from '@nestjs/common';
import type { Collection } from '../../../collections/collection.js';
import { CollectionPortsService } from '../../../collections/collection-ports.service.js';
import { CONFIG, type Config } from '../../../config.js';
import { TenantsService } from '../../../tenants/tenants.service.js';
import { IndexPorts } from '../index-ports.js';

/** Where clients find an index: the `host` of its description. */
@Injectable()
export class IndexHosts {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly ports: IndexPorts,
    private readonly collectionPorts: CollectionPortsService,
    private readonly tenants: TenantsService,
  ) {}

  /** A name under the domain where there is one, else a port of its own, else a path on the console's port. */
  async hostOf(collection: Collection, userAgent: string | undefined): Promise<string> {
    const { pineconeDomain: domain, publicHost } = this.config;
    if (domain !== undefined) {
      const { shortId } = await this.tenants.require(collection.tenant);
      return `${collection.name}-${shortId}.svc.${domain}`;
    }
    const port = await this.collectionPorts.portOf(collection, this.ports.open);
    const place =
      port === undefined
        ? `${publicHost}:${String(this.ports.console)}/pinecone/_index/${encodeURIComponent(collection.name)}`
        : `${publicHost}:${String(port)}`;
    return this.wantsUrl(userAgent) ? `http://${place}` : place;
  }

  /** Whether a bare host would make the SDK speak TLS, which only a port with a certificate does. */
  private wantsUrl(userAgent: string | undefined): boolean {
    const { pineconeHostStyle: style, tlsCert } = this.config;
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
