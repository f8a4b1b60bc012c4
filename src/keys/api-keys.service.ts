import { Injectable } from '@nestjs/common';
import { type Caller, EVERYONE } from '../tenants/caller.js';
import { digestOf, isSameDigest, newKeyId, newKeyText, parseKey } from './api-key.js';
import { type ApiKey, ApiKeyStore, type NewApiKey, type StoredKey } from './api-key.store.js';
import { KeyLookups } from './key-lookups.js';

/** API keys: who sends one may do what it was made for. */
@Injectable()
export class ApiKeysService {
  private readonly lookUps: KeyLookups;

  constructor(
    private readonly store: ApiKeyStore,
    /** The digest of the key that may do everything. */
    private readonly rootDigest: Buffer | undefined,
  ) {
    this.lookUps = new KeyLookups(store);
  }

  /** Whose key the text is; undefined for none. A text that cannot be a key costs no look into the database. */
  async callerOf(text: string): Promise<Caller | undefined> {
    const digest = digestOf(text);
    if (this.rootDigest !== undefined && isSameDigest(digest, this.rootDigest)) return { ...EVERYONE, keyId: 'root' };
    const sent = parseKey(text);
    if (sent === undefined) return undefined;
    const isIts = (key: StoredKey | undefined): boolean => key?.digests.some((own) => isSameDigest(own, digest)) === true;
    let known = await this.lookUps.find(sent.id);
    // it may have another secret by now, which is good at once
    if (known.key !== undefined && !isIts(known.key)) known = await this.lookUps.retry(sent.id, known);
    return isIts(known.key) ? known.key?.caller : undefined;
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
