import { Injectable } from '@nestjs/common';
import type { Collection } from '../../../collections/collection.js';
import { CollectionsService } from '../../../collections/collections.service.js';
import type { CollectionOverview, OverviewPage } from '../../../collections/overview.js';
import { OverviewsService } from '../../../collections/overviews.service.js';
import { LimitedWork } from '../../../records/limited-work.service.js';
import { IndexesService } from '../../../records/maintenance/indexes.service.js';
import { NamespacesService } from '../../../records/namespaces.service.js';
import { Audit } from '../audit.js';
import { invalid } from '../console-error.js';
import type { CollectionDetail, CollectionPage } from '../contract/collections.js';
import { CollectionModels } from './models.js';
import { requireNameOf, toNewCollection } from './new-collection.js';
import type { CollectionChangeRequest, NewCollectionRequest } from './requests.js';
import { toCollectionRow } from './responses.js';

/** Lists, describes and changes collections, whatever protocol has made them. */
@Injectable()
export class ConsoleCollections {
  constructor(
    private readonly overviews: OverviewsService,
    private readonly collections: CollectionsService,
    private readonly namespaces: NamespacesService,
    private readonly indexes: IndexesService,
    private readonly models: CollectionModels,
    private readonly audit: Audit,
    private readonly work: LimitedWork,
  ) {}

  /** Ordered by uuid; one statement. */
  async list(page: OverviewPage): Promise<CollectionPage> {
    const found = await this.work.run(() => this.overviews.list({ ...page, limit: page.limit + 1 }));
    const shown = found.slice(0, page.limit);
    return {
      collections: shown.map(toCollectionRow),
      next: found.length > page.limit ? (shown.at(-1)?.collection.uuid ?? null) : null,
    };
  }

  async describe(uuid: string): Promise<CollectionDetail> {
    return this.work.run(() => this.detail(uuid));
  }

  /** As the catalog has it now; it uses no slot of the limited work. @throws GatewayError `not_found` */
  async require(uuid: string): Promise<Collection> {
    return (await this.overviews.require(uuid)).collection;
  }

  async create(request: NewCollectionRequest): Promise<CollectionDetail> {
    const { tenant, database } = request;
    const wanted = toNewCollection(request);
    return this.work.run(async () => {
      const created = await this.collections.create({ tenant, database }, wanted);
      const { protocol, metric, dimension } = created;
      this.audit.note('collection.create', created, { protocol, metric, dimension });
      return this.detail(created.uuid);
    });
  }

  /** A new name leaves no alias behind: the old one is free again. */
  async change(uuid: string, changes: CollectionChangeRequest): Promise<CollectionDetail> {
    return this.work.run(async () => {
      const collection = await this.require(uuid);
      const { name, deletionProtection, recall } = changes;
      if (name !== undefined) requireNameOf(collection.protocol, name);
      const given = {
        ...(name !== undefined && { name }),
        ...(deletionProtection !== undefined && { deletionProtection }),
        ...(recall !== undefined && { recall }),
      };
      if (Object.keys(given).length > 0) {
        await this.collections.update(collection, given);
        this.audit.note('collection.change', collection, { changes: given });
      }
      return this.detail(uuid);
    });
  }

  /** `name` must be the collection's. @throws ConsoleError 400 */
  async delete(uuid: string, name: string): Promise<void> {
    await this.work.run(async () => {
      const collection = await this.require(uuid);
      if (collection.name !== name) throw invalid('name: is not the name of the collection');
      await this.collections.delete(collection, name);
      this.audit.note('collection.delete', collection);
    });
  }

  async addAlias(uuid: string, alias: string): Promise<CollectionDetail> {
    return this.work.run(async () => {
      const collection = await this.require(uuid);
      requireNameOf(collection.protocol, alias);
      await this.overviews.addAlias(collection, alias);
      this.audit.note('alias.create', collection, { alias });
      return this.detail(uuid);
    });
  }

  async removeAlias(uuid: string, alias: string): Promise<CollectionDetail> {
    return this.work.run(async () => {
      const collection = await this.require(uuid);
      await this.overviews.removeAlias(collection, alias);
      this.audit.note('alias.delete', collection, { alias });
      return this.detail(uuid);
    });
  }

  /** Within a slot of the limited work. */
  async detail(uuid: string): Promise<CollectionDetail> {
    const overview = await this.overviews.require(uuid);
    const { collection } = overview;
    const totals = await this.namespaces.totals(collection);
    return {
      ...toCollectionRow(overview),
      namespaceList: totals.map(({ name, count }) => ({ name, records: count })),
      metadata: collection.metadata,
      buildProgress: await this.buildProgress(overview),
      recallTarget: { value: this.indexes.recallTarget(collection), own: collection.recall },
      recall: await this.indexes.recall(collection),
      hasModel: this.models.hasModel(collection),
    };
  }

  private async buildProgress({ collection }: CollectionOverview): Promise<number | null> {
    return collection.isIndexing ? this.indexes.buildProgress(collection) : null;
  }
}
