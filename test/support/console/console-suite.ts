import type { BrowserContextOptions, Page } from 'playwright-core';
import { TestBrowser, type WatchedPage } from '../browser.js';

interface ServedConsole {
  readonly consoleUrl: string;
  readonly stop: () => Promise<void>;
}

/** A gateway and a browser for all tests of a suite, and a page for each. */
export interface ConsoleSuite<G extends ServedConsole> {
  readonly gateway: G;
  /** The page of the test under way. */
  readonly page: Page;
  /** Opens the test's page, at a path of the console. */
  readonly open: (path: string, options?: BrowserContextOptions) => Promise<Page>;
}

/**
 * To be called in a suite, before its own preparations. A test fails when anything went wrong in its page, whatever it looked at, but for
 * what is `expected` there.
 */
export function useConsole<G extends ServedConsole>(
  start: () => Promise<G>,
  { expected, webgl }: { readonly expected?: RegExp; readonly webgl?: boolean } = {},
): ConsoleSuite<G> {
  let gateway: G;
  let browser: TestBrowser;
  let watched: WatchedPage | undefined;

  beforeAll(async () => {
    gateway = await start();
    browser = await TestBrowser.launch(gateway.consoleUrl, webgl);
  });
  afterAll(async () => {
    await browser.close();
    await gateway.stop();
  });
  afterEach(async () => {
    expect((watched?.problems ?? []).filter((problem) => expected?.test(problem) !== true)).toEqual([]);
    await watched?.page.context().close();
    watched = undefined;
  });

  return {
    get gateway() {
      return gateway;
    },
    get page() {
      if (watched === undefined) throw new Error('no page is open');
      return watched.page;
    },
    open: async (path, options) => {
      watched = await browser.open(path, options);
      return watched.page;
    },
  };
}
