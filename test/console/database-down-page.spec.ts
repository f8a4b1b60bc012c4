import { describeInBrowser } from '../support/browser.js';
import { ask, COLLECTIONS } from '../support/clients/chroma-client.js';
import { useConsole } from '../support/console/console-suite.js';
import { FaultProxy } from '../support/faults/fault-proxy.js';
import { hasServer, serverReason } from '../support/faults/faulty-gateway.js';
import { createStorage, startGatewayOn } from '../support/gateway/gateway.js';
import { probed } from '../support/gateway/probes.js';

const describeWithServer = hasServer ? describeInBrowser : describe.skip;

describeWithServer(`the console while the database is down${serverReason}`, () => {
  let proxy: FaultProxy;
  const console = useConsole(
    async () => {
      const storage = await createStorage();
      proxy = await FaultProxy.start(storage.environment['DATABASE_URL'] ?? '');
      return startGatewayOn(storage, { DATABASE_URL: proxy.url });
    },
    { expected: /^50[34] / },
  );

  beforeAll(async () => {
    await ask(console.gateway.chromaUrl, COLLECTIONS, { name: 'kept' });
  });
  afterEach(() => proxy.set({ kind: 'pass' }));
  afterAll(() => proxy.stop());

  async function comeBack(): Promise<void> {
    await proxy.set({ kind: 'pass' });
    await probed(console.gateway.consoleUrl, '/readyz', 200);
  }

  it('says so on a screen that is opened, and shows it once the database is up again', async () => {
    const page = await console.open('/');
    const link = page.getByRole('link', { name: 'kept' });
    await link.waitFor();
    await proxy.set({ kind: 'refuse' });
    await link.click();
    await page.getByRole('alert').getByText('This could not be loaded').waitFor();
    await page.getByText('The database is not available').waitFor();
    await comeBack();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { name: 'kept' }).waitFor();
  });

  it('can be opened, and knows the tenants as soon as the database is up again', async () => {
    await proxy.set({ kind: 'refuse' });
    const page = await console.open('/');
    await page.getByRole('alert').getByText('This could not be loaded').waitFor();
    await comeBack();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('link', { name: 'kept' }).waitFor();
    await page.getByRole('button', { name: 'New collection' }).click();
    await page.getByRole('dialog').getByRole('option', { name: 'default_tenant' }).waitFor({ state: 'attached' });
  });
});
