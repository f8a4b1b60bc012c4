import { availableParallelism } from 'node:os';
import { readConfig } from '../config/config.js';
import { workerCountOf } from './worker-count.js';

const SERVER = { DATABASE_URL: 'postgres://somewhere/database' };

function countOf(environment: Readonly<Record<string, string>>): number {
  return workerCountOf(readConfig(environment));
}

describe('the number of workers', () => {
  it('is one unless another is asked for', () => {
    expect([countOf({}), countOf(SERVER)]).toEqual([1, 1]);
  });

  it('is what is asked for, on a server', () => {
    expect(countOf({ ...SERVER, POLYVEC_WORKERS: '3' })).toBe(3);
  });

  it('is the number of cores when that is left to the gateway, and one on the embedded engine', () => {
    expect(countOf({ ...SERVER, POLYVEC_WORKERS: 'auto' })).toBe(availableParallelism());
    expect(countOf({ POLYVEC_WORKERS: 'auto' })).toBe(1);
  });

  it('is refused when it is more than the embedded engine serves', () => {
    expect(() => countOf({ POLYVEC_WORKERS: '2' })).toThrow(
      'POLYVEC_WORKERS is 2, and the embedded Postgres serves one process: set DATABASE_URL to a server, or POLYVEC_WORKERS to 1',
    );
  });

  it('is one beside a replica', () => {
    const settings = { ...SERVER, POLYVEC_REPLICA_URL: 'postgres://elsewhere/database' };
    expect([countOf(settings), countOf({ ...settings, POLYVEC_WORKERS: 'auto' })]).toEqual([1, 1]);
    expect(() => countOf({ ...settings, POLYVEC_WORKERS: '2' })).toThrow('POLYVEC_REPLICA_URL needs POLYVEC_WORKERS=1');
  });

  it('is refused when free ports are to be shared under a name', () => {
    const settings = { ...SERVER, POLYVEC_WORKERS: '2', POLYVEC_CHROMA_PORT: '0' };
    expect(countOf(settings)).toBe(2);
    expect(() => countOf({ ...settings, POLYVEC_HOST: 'localhost' })).toThrow('POLYVEC_HOST=localhost must be an address');
  });

  it.each(['0', '-1', '1.5', 'many'])('is not %s', (workers) => {
    expect(() => readConfig({ POLYVEC_WORKERS: workers })).toThrow(
      'POLYVEC_WORKERS must be a whole number from 1 to 999, or auto',
    );
  });
});
