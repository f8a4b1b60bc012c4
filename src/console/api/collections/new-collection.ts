import { type NewCollection, type ProtocolName } from '../../../collections/collection.js';
import { jsonObject } from '../../../http/json.js';
import { settingsWith as chromaSettings } from '../../../protocols/chroma/collections/collection-schema.js';
import { resolveConfiguration } from '../../../protocols/chroma/collections/configuration/schema.js';
import { nameProblem } from '../../../protocols/chroma/wire/names.js';
import { settingsWith as pineconeSettings } from '../../../protocols/pinecone/indexes/index-definition.js';
import { requireName as requireIndexName } from '../../../protocols/pinecone/wire/resource-name.js';
import { settingsWith as vectorizerSettings } from '../../../protocols/vectorizer/collections/collection-definition.js';
import { PLAIN_DEFINITION } from '../../../protocols/vectorizer/collections/embedding-providers.js';
import { requireName as requireVectorizerName } from '../../../protocols/vectorizer/collections/requests.js';
import { invalid } from '../console-error.js';
import type { NewCollectionRequest } from './requests.js';

/** @throws ConsoleError, or the protocol's own error, for a name that its collections cannot have */
export function requireNameOf(protocol: ProtocolName, name: string): void {
  switch (protocol) {
    case 'chroma': {
      const problem = nameProblem(name);
      if (problem !== undefined) throw invalid(`name: ${problem}`);
      return;
    }
    case 'pinecone':
      requireIndexName(name);
      return;
    case 'vectorizer':
      requireVectorizerName(name, 'name');
  }
}

/** The collection as clients of its protocol would have made it. @throws ConsoleError 400, and the protocols' own errors for a name */
export function toNewCollection(request: NewCollectionRequest): NewCollection {
  const { name, protocol, metric, dimension = null } = request;
  requireNameOf(protocol, name);
  const common = { name, protocol, metric, metadata: null };
  switch (protocol) {
    case 'chroma':
      return { ...common, settings: chromaSettingsOf(request), dimension: null };
    case 'pinecone': {
      const definition = { spec: { kind: 'serverless', cloud: 'aws', region: 'us-east-1' }, tags: new Map() } as const;
      const settingsBeside = (others: string): string => pineconeSettings(definition, others);
      return { ...common, settings: pineconeSettings(definition), settingsBeside, dimension: required(dimension) };
    }
    case 'vectorizer': {
      const settingsBeside = (others: string): string => vectorizerSettings(PLAIN_DEFINITION, others);
      return { ...common, settings: vectorizerSettings(PLAIN_DEFINITION), settingsBeside, dimension: required(dimension) };
    }
  }
}

/** Chroma's collections get their dimension from the first record. */
function chromaSettingsOf({ metric, dimension }: NewCollectionRequest): string {
  if (dimension != null) throw invalid('dimension: a Chroma collection gets it from its first record');
  const configuration = jsonObject({ hnsw: jsonObject({ space: metric }) });
  return chromaSettings(resolveConfiguration({ configuration, schema: undefined, metadata: null }).schema);
}

function required(dimension: number | null): number {
  if (dimension === null) throw invalid('dimension: is missing');
  return dimension;
}
