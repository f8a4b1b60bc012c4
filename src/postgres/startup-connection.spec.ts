import { GatewayError } from '../errors.js';
import type { EngineTraits } from './engine.js';
import { StartupConnection } from './startup-connection.js';

const OWN = { namedStatements: 200, concurrentIndexes: true };
const KNOWN: EngineTraits = { ...OWN, description: 'Postgres 17', vectorOid: 4711, keepsPlans: true, keyListsByIndex: true };

/** What a server says, or the system. */
function failure(code: string): Error {
  return Object.assign(new Error(`because of ${code}`), { code });
}

/** Fails so often with these codes, then succeeds. */
function attempts(...codes: readonly string[]): () => Promise<EngineTraits> {
  const left = [...codes];
  return () => {
    const code = left.shift();
    return code === undefined ? Promise.resolve(KNOWN) : Promise.reject(failure(code));
  };
}

describe('the startup of a database', () => {
  let lines: string[];
  let startup: StartupConnection;

  const open = (kind: 'required' | 'awaited'): void => {
    lines = [];
    startup = new StartupConnection(kind, (level, message) => {
      lines.push(`${level}: ${message}`);
    });
  };

  it('is over at once when it answers', async () => {
    open('awaited');
    const traits = await startup.of('it', OWN, attempts());
    await startup.reached;
    await startup.ready();
    expect([traits.vectorOid, traits.description, lines]).toEqual([4711, 'Postgres 17', []]);
  });

  it('comes after failures that pass, and says so once', async () => {
    open('awaited');
    const traits = await startup.of('it', OWN, attempts('ECONNREFUSED', 'ECONNREFUSED', '57P03'));
    expect(traits.description).toBe('it, which does not answer yet');
    expect(traits.namedStatements).toBe(200);
    expect(() => traits.vectorOid).toThrow(GatewayError);
    await expect(startup.ready()).rejects.toMatchObject({ detail: { kind: 'unavailable', subject: 'database' } });
    await startup.reached;
    await startup.ready();
    expect(traits.vectorOid).toBe(4711);
    expect(lines).toEqual([
      'warn: it does not answer yet, and is tried again: because of ECONNREFUSED',
      'warn: it does not answer yet, and is tried again: because of 57P03',
      'info: it answers',
    ]);
  });

  it('fails at once when a pooler refuses what connections ask for, and says what to do', async () => {
    open('awaited');
    const refuse = (): Promise<EngineTraits> =>
      Promise.reject(Object.assign(new Error('unsupported startup parameter: jit'), { code: '08P01' }));
    await expect(startup.of('it', OWN, refuse)).rejects.toThrow('set POLYVEC_POOLER=transaction');
  });

  it.each(['28P01', '28000', '3D000', '42501'])('fails at once with %s, and with what has no code', async (code) => {
    open('awaited');
    await expect(startup.of('it', OWN, attempts(code))).rejects.toThrow(`cannot use it: because of ${code}`);
    await expect(startup.reached).rejects.toThrow('cannot use it');
    open('awaited');
    const withoutPgvector = (): Promise<EngineTraits> => Promise.reject(new Error('this Postgres has no pgvector'));
    await expect(startup.of('it', OWN, withoutPgvector)).rejects.toThrow('cannot use it: this Postgres has no pgvector');
  });

  it('fails later with what only shows later', async () => {
    open('awaited');
    await startup.of('it', OWN, attempts('ECONNREFUSED', '28P01'));
    await expect(startup.reached).rejects.toThrow('cannot use it: because of 28P01');
  });

  it('is not waited for where it is required', async () => {
    open('required');
    await expect(startup.of('it', OWN, attempts('ECONNREFUSED'))).rejects.toThrow('cannot use it: because of ECONNREFUSED');
  });

  it('makes no attempt after the stop', async () => {
    open('awaited');
    let count = 0;
    await startup.of('it', OWN, () => {
      count += 1;
      return Promise.reject(failure('ECONNREFUSED'));
    });
    startup.stop();
    await new Promise((wake) => setTimeout(wake, 300));
    expect(count).toBe(1);
  });
});
