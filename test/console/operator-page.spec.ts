import { accessibilityViolations, describeInBrowser } from '../support/browser.js';
import { useConsole } from '../support/console/console-suite.js';
import { ROOT_KEY, startKeyedGateway } from '../support/gateway/keyed-gateway.js';

describeInBrowser('the console of a gateway with keys', () => {
  const console = useConsole(async () => {
    const { gateway, keys } = await startKeyedGateway({ reader: { scope: 'read' } });
    readingKey = keys.reader;
    return gateway;
  });
  let readingKey: string;
  let kept: string;

  beforeAll(async () => {
    const made = await asClient('/api/v2/tenants/default_tenant/databases/default_database/collections', { name: 'kept' });
    kept = (made as { readonly id: string }).id;
  });

  async function asClient(path: string, body: unknown): Promise<unknown> {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${ROOT_KEY}` };
    return (await fetch(console.gateway.chromaUrl + path, { method: 'POST', headers, body: JSON.stringify(body) })).json();
  }

  async function open(path: string, key = ROOT_KEY, options = {}): Promise<void> {
    const page = await console.open(path, options);
    await page.getByLabel('API key').fill(key);
    await page.getByLabel('Keep it until this tab is closed').check();
    await page.getByRole('button', { name: 'Open the console' }).click();
    await page.getByRole('navigation', { name: 'Screens' }).waitFor();
  }

  it.each(['light', 'dark'] as const)('asks for a key, accessibly in %s', async (colorScheme) => {
    await console.open('/', { colorScheme });
    await console.page.getByLabel('API key').waitFor();
    expect(await accessibilityViolations(console.page)).toEqual([]);
  });

  it('says that a key is not taken', async () => {
    const page = await console.open('/');
    await page.getByLabel('API key').fill('not a key');
    await page.getByRole('button', { name: 'Open the console' }).click();
    expect(await page.getByRole('alert').textContent()).toContain('does not take this key');
  });

  it('keeps a key in memory only, unless it is asked to keep it', async () => {
    const page = await console.open('/');
    await page.getByLabel('API key').fill(ROOT_KEY);
    await page.getByRole('button', { name: 'Open the console' }).click();
    await page.getByRole('link', { name: 'kept' }).waitFor();
    expect(await page.evaluate('JSON.stringify([sessionStorage, localStorage, document.cookie])')).not.toContain(ROOT_KEY);
    await page.reload();
    await page.getByLabel('API key').waitFor();
  });

  it('goes to the page that was asked for once there is a key', async () => {
    await open('/system');
    await console.page.getByRole('heading', { name: 'System' }).waitFor();
    await console.page.reload();
    await console.page.getByRole('heading', { name: 'System' }).waitFor();
  });

  it('offers nothing that a reading key may not do', async () => {
    await open('/', readingKey);
    const { page } = console;
    await page.getByRole('link', { name: 'kept' }).waitFor();
    expect(await page.getByRole('button', { name: 'New collection' }).count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Delete kept' }).count()).toBe(0);
    expect(await page.getByRole('link', { name: 'System' }).count()).toBe(0);
  });

  it('offers nothing that changes a record, or a backup, to a reading key', async () => {
    const records = `/api/v2/tenants/default_tenant/databases/default_database/collections/${kept}/upsert`;
    await asClient(records, { ids: ['one'], embeddings: [[1, 2]], metadatas: [{ colour: 'red' }] });
    await open(`/c/${kept}/records?id=one`, readingKey);
    const { page } = console;
    await page.getByRole('complementary', { name: 'Record one' }).getByText('red').first().waitFor();
    await page.getByRole('button', { name: 'red', exact: true }).first().click();
    await page.getByRole('button', { name: 'Remove colour = "red"' }).waitFor();
    expect(await page.getByRole('button', { name: /^(?:Add|Edit|Delete)/ }).count()).toBe(0);
    await page.getByRole('row', { name: /one/ }).first().press('Delete');
    expect(await page.getByRole('dialog').count()).toBe(0);
    await page.goto(`${console.gateway.consoleUrl}/backups`);
    await page.getByText('No backups in this database').waitFor();
    expect(await page.getByRole('button', { name: 'New backup' }).count()).toBe(0);
  });

  it.each(['light', 'dark'] as const)('shows the system without secrets, accessibly in %s', async (colorScheme) => {
    await open('/system', ROOT_KEY, { colorScheme });
    const { page } = console;
    await page.getByText('POLYVEC_ROOT_KEY').first().waitFor();
    await page.getByRole('img', { name: /Requests a second/ }).waitFor();
    await page.getByRole('img', { name: /Searches a second, by plan/ }).waitFor();
    expect(await page.content()).not.toContain(ROOT_KEY);
    expect(await accessibilityViolations(page)).toEqual([]);
  });

  it('makes a key, shows it once, and revokes it', async () => {
    await open('/system');
    const { page } = console;
    await page.getByRole('button', { name: 'New key' }).click();
    await page.getByLabel('Name', { exact: true }).fill('made in the console');
    await page.getByRole('button', { name: 'Make the key' }).click();
    const secret = (await page.getByLabel('key', { exact: true }).textContent()) ?? '';
    const answer = await fetch(`${console.gateway.chromaUrl}/api/v2/auth/identity`, {
      headers: { authorization: `Bearer ${secret}` },
    });
    expect(answer.status).toBe(200);
    await page.getByRole('button', { name: 'Close', exact: true }).click();
    const row = page.getByRole('row', { name: /made in the console/ });
    await row.getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await row.getByText('revoked').waitFor();
    expect(await page.content()).not.toContain(secret);
  });

  it('shows requests as they end, and what went into one', async () => {
    await open('/requests');
    const { page } = console;
    await asClient('/api/v2/tenants/default_tenant/databases/default_database/collections', { name: 'watched' });
    await page
      .getByRole('row', { name: /chroma/ })
      .first()
      .click();
    const panel = page.getByRole('complementary', { name: /^Request / });
    await panel.getByText('Operation').waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Failed only' }).click();
    await fetch(`${console.gateway.chromaUrl}/api/v2/tenants/none`, { headers: { authorization: `Bearer ${ROOT_KEY}` } });
    await page.getByRole('row', { name: /404/ }).first().waitFor();
  });

  it('says that the feed cannot be reached, and follows it again by itself', async () => {
    await open('/requests');
    const { page } = console;
    await page
      .getByRole('row', { name: /chroma/ })
      .first()
      .waitFor();
    await page.route('**/console/api/v1/requests', (route) => route.abort());
    await page.reload();
    await page.getByText('The gateway does not answer.').waitFor();
    await asClient('/api/v2/tenants', { name: 'while-away' });
    await page.unroute('**/console/api/v1/requests');
    await page
      .getByRole('row', { name: /chroma/ })
      .first()
      .waitFor();
    await page.getByText('The gateway does not answer.').waitFor({ state: 'detached' });
  });

  it('shows no request that was made while it is paused, until it goes on', async () => {
    await open('/requests');
    const { page } = console;
    await page
      .getByRole('row', { name: /chroma/ })
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('paused', { exact: true }).waitFor();
    const before = await page.getByRole('grid').getAttribute('aria-rowcount');
    await asClient('/api/v2/tenants', { name: 'while-paused' });
    await page.waitForTimeout(700);
    expect(await page.getByRole('grid').getAttribute('aria-rowcount')).toBe(before);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.locator(`[aria-rowcount]:not([aria-rowcount="${before ?? ''}"])`).waitFor();
  });

  it('sends requests of any protocol, completes their paths, and keeps them', async () => {
    await open('/console');
    const { page } = console;
    const path = page.getByRole('combobox', { name: 'Path' });
    await path.fill('/vectorizer/colle');
    await page
      .getByRole('option', { name: /GET \/vectorizer\/collections/ })
      .first()
      .waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
    await path.press('ArrowDown');
    await path.press('Enter');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('region', { name: 'What came back' }).getByText(/200/).first().waitFor();
    expect(await page.getByLabel('answer', { exact: true }).textContent()).toContain('total_collections');
    expect(await accessibilityViolations(page)).toEqual([]);
    await page.getByText('Sent from this tab: 1').waitFor();
    await page.goto(`${console.gateway.consoleUrl}/requests`);
    await page
      .getByRole('row', { name: /vectorizer/ })
      .first()
      .click();
    await page.getByRole('button', { name: 'Replay in the API console' }).click();
    await path.waitFor();
    expect(await path.inputValue()).toBe('/vectorizer/collections');
  });

  it('takes a curl command apart, without its key', async () => {
    await open('/console');
    const { page } = console;
    await page.getByRole('combobox', { name: 'Path' }).waitFor();
    await page.evaluate(`(() => {
      const data = new DataTransfer();
      data.setData('text/plain', "curl -X POST 'http://elsewhere/chroma/api/v2/tenants' -H 'Authorization: Bearer s' -d '{\\"name\\": \\"by-curl\\"}'");
      document.querySelector('[role=combobox]').dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
    })()`);
    await page.waitForFunction(`document.querySelector('[role=combobox]').value !== ''`);
    expect(await page.getByRole('combobox', { name: 'Path' }).inputValue()).toBe('/chroma/api/v2/tenants');
    expect(await page.getByLabel('Body').inputValue()).toBe('{"name": "by-curl"}');
    expect(await page.getByLabel('Headers').inputValue()).toBe('');
  });

  it('makes a backup of a collection, restores it, and deletes it', async () => {
    await open('/backups');
    const { page } = console;
    await page.getByRole('button', { name: 'New backup' }).click();
    await page.getByLabel('Name').fill('before');
    await page.getByRole('button', { name: 'Make the backup' }).click();
    await page.getByRole('row', { name: /before/ }).waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
    await page
      .getByRole('row', { name: /before/ })
      .getByRole('button', { name: 'Restore' })
      .click();
    await page.getByLabel('Name of the collection').fill('back-again');
    await page.getByRole('dialog').getByRole('button', { name: 'Restore' }).click();
    await page.getByText(/being restored/).waitFor();
    await page.getByRole('button', { name: 'Delete before' }).click();
    await page.getByRole('button', { name: 'Delete backup' }).click();
    await page.getByText('No backups in this database').waitFor();
  });
});
