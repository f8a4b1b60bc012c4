import { Inject, Injectable } from '@nestjs/common';
import type { Collection } from '../../../collections/collection.js';
import { FieldCollector } from '../../../collections/field-collector.js';
import { CONFIG, type Config } from '../../../config/config.js';
import { isJsonObject, type JsonObject, parseJson, stringifyJson } from '../../../http/json.js';
import { JsonReader } from '../../../http/json-reader.js';
import { readMetadata } from '../../../protocols/chroma/wire/metadata.js';
import { toMetadata } from '../../../protocols/pinecone/wire/metadata.js';
import { namespaceOf } from '../../../protocols/pinecone/wire/namespace-name.js';
import { collectFields } from '../../../protocols/vectorizer/wire/payload-fields.js';
import { embeddingOf, sparseOf } from '../../../records/embedding-of.js';
import { LimitedWork } from '../../../records/limited-work.service.js';
import type { RecordWrite, StoredRecord } from '../../../records/record.js';
import { RecordWrites } from '../../../records/record-writes.service.js';
import { Audit } from '../audit.js';
import { CollectionModels } from '../collections/models.js';
import { ConsoleCollections } from '../collections/operations.js';
import { ConsoleError, invalid } from '../console-error.js';
import type { RecordRow } from '../contract/records.js';
import { ConsoleRecords } from './operations.js';
import type { EditRequest } from './requests.js';
import { toRecordRow } from './responses.js';

/** Adds records and changes their parts, by the rules of the collection's own protocol. */
@Injectable()
export class RecordEdits {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly collections: ConsoleCollections,
    private readonly records: ConsoleRecords,
    private readonly writes: RecordWrites,
    private readonly models: CollectionModels,
    private readonly audit: Audit,
    private readonly work: LimitedWork,
  ) {}

  /** @throws ConsoleError 409 for a new record whose id is taken, 400 for what its protocol does not store */
  async edit(uuid: string, request: EditRequest): Promise<RecordRow> {
    return this.work.run(async () => {
      const collection = await this.collections.require(uuid);
      const { id, isNew = false } = request;
      if (request.namespace !== '' && collection.protocol !== 'pinecone')
        throw invalid('namespace: only Pinecone has others than the default');
      const namespace = namespaceOf(request.namespace);
      const [before] = await this.records.named(collection, namespace, [id]);
      if (isNew && before !== undefined) throw new ConsoleError(409, 'already_exists', `There is a record ${id}`);
      const collector = new FieldCollector();
      const write = await this.toWrite(collection, request, before, collector);
      // to remove a document takes all of the record; else only what is given is written over what others may write meanwhile
      const existing = isNew ? 'keep' : request.document === null ? 'replace' : 'merge';
      await this.writes.write(
        collection,
        namespace,
        { records: [write], fields: collector.fields },
        { existing, missing: 'insert' },
      );
      const parts = (['document', 'metadata', 'embedding'] as const).filter((part) => request[part] !== undefined);
      this.audit.note(before === undefined ? 'record.create' : 'record.change', collection, { namespace, id, parts });
      const [after] = await this.records.named(collection, namespace, [id]);
      if (after === undefined) throw new ConsoleError(409, 'conflict', 'Somebody else has deleted the record');
      return toRecordRow(after, { embedding: false, whole: true });
    });
  }

  private async toWrite(
    collection: Collection,
    { id, document, metadata, embedding }: EditRequest,
    before: StoredRecord | undefined,
    collector: FieldCollector,
  ): Promise<RecordWrite> {
    const isReplaced = document === null;
    const isWhole = isReplaced || before === undefined;
    const text = metadata === undefined ? null : this.metadataOf(collection, metadata, collector);
    const kept = new Set(Object.keys(objectOf(text)));
    const known = metadata === undefined ? [] : Object.keys(objectOf(before?.metadata ?? null));
    // null is what stays where only parts are written
    const old = isReplaced ? before : undefined;
    return {
      id,
      embedding: embedding ?? (isWhole ? await this.vectorOf(collection, before, document ?? '') : null),
      sparse: old === undefined ? null : sparseOf(old),
      document: document ?? null,
      uri: old?.uri ?? null,
      metadata: metadata === undefined ? (old?.metadata ?? null) : text,
      removedKeys: known.filter((key) => !kept.has(key)),
    };
  }

  /** Of a record that is written as a whole. */
  private async vectorOf(
    collection: Collection,
    before: StoredRecord | undefined,
    document: string,
  ): Promise<Float32Array | null> {
    if (before !== undefined) return before.embedding === null ? null : embeddingOf(before.embedding);
    if (document !== '' && this.models.hasModel(collection)) return this.models.embed(collection, document);
    throw invalid('embedding: is missing');
  }

  /** The text that the collection's own protocol stores. */
  private metadataOf(collection: Collection, sent: string | null, collector: FieldCollector): string | null {
    if (sent === null) return null;
    const object = parsed(sent);
    switch (collection.protocol) {
      case 'chroma': {
        const { text, problem } = readMetadata(new JsonReader(sent), 'metadata', 'removed', collector);
        if (problem !== undefined) throw invalid(`metadata.${problem.key}: is nothing that Chroma stores`);
        return text;
      }
      case 'pinecone': {
        const { text, document, uri } = toMetadata(object, this.config.pineconeMaxMetadataBytes, collector);
        if (document !== null || uri !== null) throw invalid('metadata: document and uri are parts of the record itself');
        return text;
      }
      case 'vectorizer':
        collectFields(object, collector);
        return object.size === 0 ? null : stringifyJson(object);
    }
  }
}

/** @throws ConsoleError 400 for what is no object */
function parsed(text: string): JsonObject {
  const value = parseJson(text);
  if (isJsonObject(value)) return value;
  throw invalid("metadata: must be a JSON object's text");
}

function objectOf(text: string | null): object {
  return text === null ? {} : (JSON.parse(text) as object);
}
