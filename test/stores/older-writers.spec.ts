import pg from 'pg';
import { readConfig } from '../../src/config/config.js';
import { openDatabase } from '../../src/postgres/open-database.js';
import { SparseKeyIndexStore } from '../../src/records/maintenance/sparse-key-index.store.js';
import { WordIndexStore } from '../../src/records/words/word-index.store.js';
import { eventually } from '../chaos/promotion/promotion-cluster.js';
import { createStorage } from '../support/gateway/gateway.js';

const hasServer = (process.env['TEST_DATABASE_URL'] ?? '') !== '';
const describeOnServer = hasServer ? describe : describe.skip;
const reason = hasServer ? '' : ' (skipped: a writer has a connection of its own; TEST_DATABASE_URL names a server)';

const SHARED = { place: 'polyvec' };

describeOnServer(`an index that relies on what writers note${reason}`, () => {
  it('waits for the newest writer of all, also for one that nothing has ended after', async () => {
    const storage = await createStorage();
    const database = await openDatabase(readConfig({ ...storage.environment }), () => undefined);
    const writer = new pg.Client({ connectionString: storage.environment['DATABASE_URL'] });
    await writer.connect();
    const [words, keys] = [new WordIndexStore(database), new SparseKeyIndexStore(database)];
    await writer.query('BEGIN');
    await writer.query('SELECT pg_current_xact_id()');
    const [next, moment] = [await words.nextTransaction(), await keys.moment()];
    const during = [await words.haveEnded(SHARED, next), await keys.isPast(SHARED, moment)];
    await writer.query('COMMIT');
    const after = await eventually(
      async () => [await words.haveEnded(SHARED, next), await keys.isPast(SHARED, moment)],
      (past) => past.every(Boolean),
    );
    await writer.end();
    await database.close();
    await storage.remove();
    expect(during).toEqual([false, false]);
    expect(after).toEqual([true, true]);
  });
});
