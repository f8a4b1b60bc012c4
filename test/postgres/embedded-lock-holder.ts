import { DataDirectoryLock } from '../../src/postgres/embedded/data-directory-lock.js';

/** Started by a test, several at once: tries to take the lock at the moment it is told to, reports, and stays. */
const [dataDirectory = ''] = process.argv.slice(2);
process.once('message', () => {
  DataDirectoryLock.acquire(dataDirectory).then(
    () => process.send?.({ taken: true }),
    (error: unknown) => process.send?.({ taken: false, message: (error as Error).message }),
  );
});
process.send?.({ loaded: true });

setInterval(() => undefined, 60_000);
