import { Inject, Injectable } from '@nestjs/common';
import { CollectionsService } from '../../../collections/collections.service.js';
import { FieldCollector } from '../../../collections/field-collector.js';
import { CONFIG, type Config } from '../../../config/config.js';
import { isJsonObject, parseJson } from '../../../http/json.js';
import { EmbeddingProviders } from '../../../protocols/vectorizer/collections/embedding-providers.js';
import { collectFields } from '../../../protocols/vectorizer/wire/payload-fields.js';
import { LimitedWork } from '../../../records/limited-work.service.js';
import type { RecordWrite } from '../../../records/record.js';
import { RecordWrites } from '../../../records/record-writes.service.js';
import { Audit } from '../audit.js';
import { toNewCollection } from '../collections/new-collection.js';
import { ConsoleCollections } from '../collections/operations.js';
import type { CollectionDetail } from '../contract/collections.js';
import type { SampleRequest } from './requests.js';
import { sampleTexts } from './sample-texts.js';

const NAME = 'polyvec-samples';
const COUNT = 1_000;
const DIMENSION = 256;

/** A collection to try things out with: texts of our own, embedded by the model that is built in. */
@Injectable()
export class ConsoleSamples {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly service: CollectionsService,
    private readonly collections: ConsoleCollections,
    private readonly providers: EmbeddingProviders,
    private readonly writes: RecordWrites,
    private readonly audit: Audit,
    private readonly work: LimitedWork,
  ) {}

  /** @throws GatewayError `already_exists` */
  async create({ tenant, database }: SampleRequest): Promise<CollectionDetail> {
    const wanted = toNewCollection({
      tenant,
      database,
      name: NAME,
      protocol: 'vectorizer',
      dimension: DIMENSION,
      metric: 'cosine',
    });
    return this.work.run(async () => {
      const collection = await this.service.create({ tenant, database }, wanted);
      const texts = sampleTexts(COUNT);
      const embeddings = await this.providers.embed(
        collection,
        texts.map(({ document }) => document),
        'passage',
      );
      const collector = new FieldCollector();
      const records = texts.map(({ id, document, metadata }, index): RecordWrite => {
        const payload = parseJson(metadata);
        if (isJsonObject(payload)) collectFields(payload, collector);
        return { id, document, metadata, embedding: embeddings[index] ?? null, uri: null, removedKeys: [] };
      });
      const batch = { records, fields: collector.fields };
      await this.writes.write(collection, '', batch, { existing: 'replace', missing: 'insert' });
      this.audit.note('samples.create', collection);
      return this.collections.detail(collection.uuid);
    }, this.config.statementTimeoutMs);
  }
}
