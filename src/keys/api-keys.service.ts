import { Injectable } from '@nestjs/common';
import { EVERYONE, type Caller } from '../tenants/caller.js';
import { digestOf, isSameDigest, newKeyId, newKeyText, parseKey } from './api-key.js';
import { ApiKeyStore, type ApiKey, type NewApiKey, type StoredKey } from './api-key.store.js';

/** How long a key is taken for good, or for none, without another look: a revoked one is refused that much later. */
const REMEMBERED_MS = 5_000;
const REMEMBERED_AS_UNKNOWN_MS = 1_000;
/** How often a key is looked up for the sake of a secret that is not its own. */
const RETRIED_MS = 200;
const MAX_REMEMBERED = 10_000;

interface Memory {
  readonly key: StoredKey | undefined;
  /** When it was looked up, and when for the sake of another secret, in milliseconds. */
  readonly at: number;
  readonly retriedAt: number;
}

/** API keys: who sends one may do what it was made for. */
@Injectable()
export class ApiKeysService {
  private readonly memory = new Map<string, Memory>();

  constructor(
    private readonly store: ApiKeyStore,
    /** The digest of the key that may do everything. */
    private readonly rootDigest: Buffer | undefined,
  ) {}

  /** Whose key the text is; undefined for none. A text that cannot be a key costs no look into the database. */
  async callerOf(text: string): Promise<Caller | undefined> {
    const digest = digestOf(text);
    if (this.rootDigest !== undefined && isSameDigest(digest, this.rootDigest)) return { ...EVERYONE, keyId: 'root' };
    const sent = parseKey(text);
    if (sent === undefined) return undefined;
    const isIts = (key: StoredKey | undefined): boolean => key?.digests.some((own) => isSameDigest(own, digest)) === true;
    let known = await this.find(sent.id);
    // it may have another secret by now, which is good at once
    if (known.key !== undefined && !isIts(known.key) && performance.now() - known.retriedAt >= RETRIED_MS) {
      known = await this.lookUp(sent.id, performance.now());
    }
    return isIts(known.key) ? known.key?.caller : undefined;
  }

  private async find(id: string): Promise<Memory> {
    const known = this.memory.get(id);
    const maxAge = known?.key === undefined ? REMEMBERED_AS_UNKNOWN_MS : REMEMBERED_MS;
    return known !== undefined && performance.now() - known.at < maxAge ? known : this.lookUp(id, -Infinity);
  }

  private async lookUp(id: string, retriedAt: number): Promise<Memory> {
    const at = performance.now();
    const key = await this.store.findGood(id);
    if (this.memory.size >= MAX_REMEMBERED) this.memory.clear();
    const memory = { key, at, retriedAt };
    this.memory.set(id, memory);
    // nobody waits for it, and it is not worth an error
    if (key?.isUsedToday === false) this.store.touch(id).catch(() => undefined);
    return memory;
  }

  /** The key's text, which is shown this once. */
  async create(key: Omit<NewApiKey, 'id' | 'digest'>): Promise<string> {
    const { id, text } = newKeyText(newKeyId());
    await this.store.create({ ...key, id, digest: digestOf(text) });
    return text;
  }

  async list(): Promise<readonly ApiKey[]> {
    return this.store.list();
  }

  /** The key's new text, which is shown this once; undefined when there is no such key, or it is revoked. */
  async rotate(id: string, graceSeconds: number): Promise<string | undefined> {
    const { text } = newKeyText(id);
    return (await this.store.rotate(id, digestOf(text), graceSeconds)) ? text : undefined;
  }

  /** False when there is no such key. */
  async revoke(id: string): Promise<boolean> {
    return this.store.revoke(id);
  }
}
