import { EVERYONE } from '../tenants/caller.js';
import { digestOf, newKeyId, newKeyText } from './api-key.js';
import type { ApiKeyStore, StoredKey } from './api-key.store.js';
import { ApiKeysService } from './api-keys.service.js';

/** Keys as a database has them; counts how often it is asked. */
class Keys implements Pick<ApiKeyStore, 'findGood'> {
  lookUps = 0;
  private readonly digests = new Map<string, readonly Buffer[]>();

  set(id: string, ...texts: readonly string[]): void {
    this.digests.set(id, texts.map(digestOf));
  }

  findGood(id: string): Promise<StoredKey | undefined> {
    this.lookUps += 1;
    const digests = this.digests.get(id);
    return Promise.resolve(digests && { caller: { ...EVERYONE, keyId: id }, digests, isUsedToday: true });
  }
}

const id = newKeyId();
const [first, second, third] = [newKeyText(id).text, newKeyText(id).text, newKeyText(id).text];

let keys: Keys;
let service: ApiKeysService;

beforeEach(() => {
  keys = new Keys();
  keys.set(id, first);
  service = new ApiKeysService(keys as unknown as ApiKeyStore, undefined);
});

async function isGood(text: string): Promise<boolean> {
  return (await service.callerOf(text)) !== undefined;
}

it('a key is looked up once, however often it is sent', async () => {
  expect([await isGood(first), await isGood(first), await isGood(first)]).toEqual([true, true, true]);
  expect(keys.lookUps).toBe(1);
});

it('a new secret is good at once, and the old one as long as it is meant to be', async () => {
  expect(await isGood(first)).toBe(true);
  keys.set(id, second, first);
  expect([await isGood(second), await isGood(first)]).toEqual([true, true]);
});

it('wrong secrets do not make it look again and again', async () => {
  await isGood(first);
  for (let index = 0; index < 100; index += 1) expect(await isGood(third)).toBe(false);
  expect(keys.lookUps).toBeLessThan(20);
  expect(await isGood(first)).toBe(true);
});

it('a text that cannot be a key is not looked up at all', async () => {
  expect([await isGood('key'), await isGood(`${first}0`), await isGood(`pv_${id}_`)]).toEqual([false, false, false]);
  expect(keys.lookUps).toBe(0);
});
