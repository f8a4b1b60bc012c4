import { text as textOf } from 'node:stream/consumers';
import { Injectable } from '@nestjs/common';
import type { Collection } from '../../../collections/collection.js';
import { GetResponse, includeTail } from '../../../protocols/chroma/records/responses.js';
import { partsOf as pineconeParts } from '../../../protocols/pinecone/data/parts.js';
import { toFetchResponse } from '../../../protocols/pinecone/data/rest/responses.js';
import { isIndex } from '../../../protocols/pinecone/targets.js';
import { publicName } from '../../../protocols/pinecone/wire/namespace-name.js';
import { isVisible } from '../../../protocols/vectorizer/targets.js';
import { toVector } from '../../../protocols/vectorizer/vectors/responses.js';
import { EVERYTHING, partsOf as vectorizerParts } from '../../../protocols/vectorizer/wire/stored-vector.js';
import { LimitedWork } from '../../../records/limited-work.service.js';
import type { Parts, StoredRecord } from '../../../records/record.js';
import { RecordReads } from '../../../records/record-reads.service.js';
import { ShownStatements } from '../../../records/shown-statements.service.js';
import { ConsoleCollections } from '../collections/operations.js';
import { ConsoleError } from '../console-error.js';
import type { Face, Faces } from '../contract/records.js';

const CHROMA_INCLUDE = ['embeddings', 'documents', 'metadatas', 'uris'];
const ONLY_DEFAULT = 'sees the default namespace only';

/** A record as the clients of each protocol get it: what they would read is made by that protocol's own code. */
@Injectable()
export class RecordFaces {
  constructor(
    private readonly collections: ConsoleCollections,
    private readonly reads: RecordReads,
    private readonly statements: ShownStatements,
    private readonly work: LimitedWork,
  ) {}

  /** @throws ConsoleError 404 without such a record */
  async of(uuid: string, namespace: string, id: string): Promise<Faces> {
    return this.work.run(async () => {
      const collection = await this.collections.require(uuid);
      const { statement, row } = await this.statements.read(collection, namespace, id);
      if (row === null) throw new ConsoleError(404, 'not_found', `There is no record ${id}`);
      const place = { collection, namespace, id };
      return {
        chroma: await this.chroma(place),
        pinecone: await this.pinecone(place),
        vectorizer: await this.vectorizer(place),
        sql: { statement, row },
      };
    });
  }

  private async chroma({ collection, namespace, id }: RecordPlace): Promise<Face> {
    const { tenant, database, uuid } = collection;
    const path = `/api/v2/tenants/${encode(tenant)}/databases/${encode(database)}/collections/${uuid}/get`;
    const request = `POST ${path} ${JSON.stringify({ ids: [id], include: CHROMA_INCLUDE })}`;
    if (namespace !== '') return hidden(request, `Chroma ${ONLY_DEFAULT}`);
    const response = new GetResponse(CHROMA_INCLUDE, includeTail(CHROMA_INCLUDE));
    const records = await this.read(collection, namespace, id, response.parts);
    await response.take(records);
    const reply = response.finish();
    return shown(
      request,
      typeof reply === 'string' ? reply : await textOf(reply.getStream()),
      chromaDifferences(collection, records),
    );
  }

  private async pinecone({ collection, namespace, id }: RecordPlace): Promise<Face> {
    const request = `GET /vectors/fetch?ids=${encode(id)}&namespace=${encode(publicName(namespace))}`;
    if (!isIndex(collection)) return hidden(request, 'Pinecone sees collections whose dimension is known');
    const records = await this.read(collection, namespace, id, pineconeParts('text', true));
    const pieces = toFetchResponse({ records, lsn: '0', namespace: publicName(namespace), next: undefined });
    return shown(request, [...pieces].join(''), ['D41']);
  }

  private async vectorizer({ collection, namespace, id }: RecordPlace): Promise<Face> {
    const request = `GET /collections/${encode(collection.name)}/vectors/${encode(id)}`;
    if (namespace !== '') return hidden(request, `Vectorizer ${ONLY_DEFAULT}`);
    if (!isVisible(collection)) return hidden(request, 'Vectorizer sees collections of dense vectors whose dimension is known');
    const [record] = await this.read(collection, namespace, id, vectorizerParts(collection, EVERYTHING));
    if (record === undefined) return hidden(request, 'It has been deleted');
    return shown(request, toVector(collection.name, record, EVERYTHING), [record.metadata === null ? 'D62' : 'D52']);
  }

  private async read(collection: Collection, namespace: string, id: string, parts: Parts): Promise<readonly StoredRecord[]> {
    return (await this.reads.readById(collection, namespace, { ids: [id], parts, limit: 1 })).records;
  }
}

interface RecordPlace {
  readonly collection: Collection;
  readonly namespace: string;
  readonly id: string;
}

function chromaDifferences({ metric }: Collection, [record]: readonly StoredRecord[]): readonly string[] {
  const hasFloats = /:\s*-?\d+\.\d/.test(record?.metadata ?? '');
  return [...(metric === 'cosine' ? ['D17'] : []), ...(record?.metadata === null ? ['D18'] : []), ...(hasFloats ? ['D26'] : [])];
}

function shown(request: string, answer: string, differences: readonly string[]): Face {
  return { request, answer, why: null, differences };
}

function hidden(request: string, why: string): Face {
  return { request, answer: null, why, differences: [] };
}

/** A lone surrogate, which no URL can have, is shown as what stands for it. */
function encode(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString());
}
