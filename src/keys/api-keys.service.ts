import { Injectable } from '@nestjs/common';
import { EVERYONE, type Caller } from '../tenants/caller.js';
import { digestOf, isSameDigest, newKeyId, newKeyText, parseKey } from './api-key.js';
import { ApiKeyStore, type ApiKey, type NewApiKey, type StoredKey } from './api-key.store.js';

/** How long a key is taken for good, or for none, without another look: a revoked one is refused that much later. */
const REMEMBERED_MS = 5_000;
const REMEMBERED_AS_UNKNOWN_MS = 1_000;
const MAX_REMEMBERED = 10_000;

interface Memory {
  readonly key: StoredKey | undefined;
  readonly until: number;
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
    const key = await this.find(sent.id);
    return key?.digests.some((candidate) => isSameDigest(candidate, digest)) === true ? key.caller : undefined;
  }

  private async find(id: string): Promise<StoredKey | undefined> {
    const known = this.memory.get(id);
    if (known !== undefined && known.until > performance.now()) return known.key;
    const key = await this.store.findGood(id);
    if (this.memory.size >= MAX_REMEMBERED) this.memory.clear();
    const lifetime = key === undefined ? REMEMBERED_AS_UNKNOWN_MS : REMEMBERED_MS;
    this.memory.set(id, { key, until: performance.now() + lifetime });
    // nobody waits for it, and it is not worth an error
    if (key?.isUsedToday === false) this.store.touch(id).catch(() => undefined);
    return key;
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
