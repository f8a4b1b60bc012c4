import { EVERYONE } from '../tenants/caller.js';
import { digestOf, newKeyId, newKeyText } from './api-key.js';
import type { ApiKeyStore, StoredKey } from './api-key.store.js';
import { ApiKeysService } from './api-keys.service.js';
import { KeyLookups } from './key-lookups.js';

/** Keys as a database has them; counts how often it is asked. */
class Keys implements Pick<ApiKeyStore, 'findGood'> {
  lookUps = 0;
  running = 0;
  mostRunning = 0;
  private readonly digests = new Map<string, readonly Buffer[]>();

  set(id: string, ...texts: readonly string[]): void {
    this.digests.set(id, texts.map(digestOf));
  }

  async findGood(id: string): Promise<StoredKey | undefined> {
    this.lookUps += 1;
    this.running += 1;
    this.mostRunning = Math.max(this.mostRunning, this.running);
    const digests = this.digests.get(id);
    await new Promise(setImmediate);
    this.running -= 1;
    return digests && { caller: { ...EVERYONE, keyId: id }, digests, isUsedToday: true };
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

it('a key that many requests send at once is looked up once', async () => {
  const answers = await Promise.all(Array.from({ length: 50 }, () => isGood(first)));
  expect(answers).toEqual(Array.from({ length: 50 }, () => true));
  expect(keys.lookUps).toBe(1);
});

it('made-up keys wait behind each other, a few at a time', async () => {
  const madeUp = Array.from({ length: 50 }, () => newKeyText(newKeyId()).text);
  expect(await Promise.all(madeUp.map(isGood))).toEqual(madeUp.map(() => false));
  expect(keys.lookUps).toBe(50);
  expect(keys.mostRunning).toBeLessThanOrEqual(2);
});

it('however many made-up keys are sent, a good one is not forgotten', async () => {
  const lookUps = new KeyLookups(keys as unknown as ApiKeyStore, 10);
  await lookUps.find(id);
  await Promise.all(Array.from({ length: 50 }, () => lookUps.find(newKeyId())));
  const before = keys.lookUps;
  expect((await lookUps.find(id)).key).toBeDefined();
  expect(keys.lookUps).toBe(before);
});
