import { accessSync, constants, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** The system's Chromium; undefined where there is none. Nothing is downloaded. */
export const chromiumPath = find(['chromium', 'chromium-browser', 'google-chrome']);

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Against hanging only, on a machine with other work, too. */
const LIMIT_MS = 240_000;
/** WebGL without a graphics card; with it, every page is drawn by the processor twice. */
const WEBGL = ['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];
/** What the policy has kept from happening becomes a console error. */
const REPORT_VIOLATIONS = `document.addEventListener('securitypolicyviolation', (event) => {
  console.error('violates the policy: ' + event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sourceFile);
});`;

/** A page, and everything that went wrong in it: errors, broken policies, answers of 500 and above, requests to others. */
export interface WatchedPage {
  readonly page: Page;
  readonly problems: readonly string[];
}

/** One browser for a suite. */
export class TestBrowser {
  private constructor(
    private readonly browser: Browser,
    private readonly origin: string,
  ) {}

  /** `origin` is the only one that pages may ask. Without `webgl` there is none. */
  static async launch(origin: string, webgl = false): Promise<TestBrowser> {
    const isRoot = process.getuid?.() === 0;
    const args = [...(webgl ? WEBGL : ['--disable-gpu']), ...(isRoot ? ['--no-sandbox'] : [])];
    return new TestBrowser(await chromium.launch({ executablePath: chromiumPath ?? '', args, timeout: LIMIT_MS }), origin);
  }

  /** A page of its own, without storage of others, at a path of the console. */
  async open(path: string, options: BrowserContextOptions = {}): Promise<WatchedPage> {
    const context = await this.browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    context.setDefaultTimeout(LIMIT_MS);
    await context.addInitScript(REPORT_VIOLATIONS);
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('console', (message) => {
      // what a status means is for the page to show
      const isStatus = message.text().startsWith('Failed to load resource');
      if (message.type() === 'error' && !isStatus) problems.push(message.text());
    });
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('response', (response) => {
      if (response.status() >= 500) problems.push(`${String(response.status())} ${response.url()}`);
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(`${this.origin}/`)) problems.push(`asked another: ${request.url()}`);
    });
    await page.goto(this.origin + path);
    return { page, problems };
  }

  async close(): Promise<void> {
    await this.browser.close();
  }
}

/** What axe objects to: the rule and where, one line each. */
export async function accessibilityViolations(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  const found = await page.evaluate<AxeResults>('axe.run(document, { resultTypes: ["violations"] })');
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, html }) => `${id}: ${target.join(' ')} ${html.slice(0, 160)}`),
  );
}

/** A suite in a browser. Where there is none it is skipped, and says so. */
export function describeInBrowser(name: string, suite: () => void): void {
  if (chromiumPath !== undefined) {
    describe(name, suite);
    return;
  }
  process.stderr.write(`${name}: not tested, there is no chromium here (apt-get install chromium).\n`);
  describe.skip(name, suite);
}

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly target: readonly string[]; readonly html: string }[];
  }[];
}

function find(names: readonly string[]): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
