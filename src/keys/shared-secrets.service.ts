import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { SharedSecretStore } from './shared-secret.store.js';

const BYTES = 32;

/** Signatures that every process of every instance on the database makes alike. */
@Injectable()
export class SharedSecrets {
  private readonly secrets = new Map<string, Promise<Buffer>>();

  constructor(private readonly store: SharedSecretStore) {}

  /** The signature of a text, for one purpose. */
  async sign(purpose: string, text: string): Promise<string> {
    return createHmac('sha256', await this.secret(purpose))
      .update(text)
      .digest('base64url');
  }

  async isSigned(purpose: string, text: string, signature: string): Promise<boolean> {
    const expected = Buffer.from(await this.sign(purpose, text));
    const given = Buffer.from(signature);
    return expected.length === given.length && timingSafeEqual(expected, given);
  }

  private secret(purpose: string): Promise<Buffer> {
    const known = this.secrets.get(purpose);
    if (known !== undefined) return known;
    const read = this.store
      .findOrCreate(purpose, randomBytes(BYTES).toString('hex'))
      .then((digits) => Buffer.from(digits, 'hex'));
    this.secrets.set(purpose, read);
    // the next one may find the database again
    read.catch(() => this.secrets.delete(purpose));
    return read;
  }
}
