import { invalidArgument } from '../../pinecone-error.js';
import type { IndexTarget } from '../../targets.js';

/** The paths of an index: one per way to name it. */
export const INDEX_PATHS: string[] = ['pinecone/_index/:index', 'pinecone/_port/:port', 'pinecone/_host/:host'];

/** The parameters of those paths. */
export interface TargetPath {
  readonly index?: string;
  readonly port?: string;
  readonly host?: string;
}

const PORT = /^\d{1,5}$/;

/** The index that a path names. @throws PineconeError 400 for a path of none */
export function targetOf(path: TargetPath): IndexTarget {
  if (path.index !== undefined) return { kind: 'name', name: path.index };
  if (path.port !== undefined && PORT.test(path.port)) return { kind: 'port', port: Number(path.port) };
  if (path.host !== undefined) return { kind: 'host', label: path.host };
  throw invalidArgument('The request names no index');
}
