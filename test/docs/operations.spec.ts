import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jest } from '@jest/globals';
import { runCommandLine } from '../../src/cli/command-line.js';
import { SETTINGS } from '../../src/config/config.js';
import { startGateway, type TestGateway } from '../support/gateway/gateway.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(join(root, 'docs/operations.md'), 'utf8');
/** What stands between backquotes, and on lines of commands. */
const code = [...page.matchAll(/`([^`\n]+)`/g), ...page.matchAll(/^ {4,}(.+)$/gm)].map(([, text = '']) => text);

/** All that matches, once, in alphabetical order; the first group when there is one. */
function named(pattern: RegExp, texts: readonly string[] = code): readonly string[] {
  const found = texts.flatMap((text) => [...text.matchAll(pattern)].map(([whole, group]) => group ?? whole));
  return [...new Set(found)].sort();
}

describe('the operator’s page', () => {
  it('names settings that there are', () => {
    const settings = new Set(Object.values(SETTINGS).flatMap(({ variable, aliases }) => [variable, ...aliases]));
    const variables = named(/\b(?:POLYVEC_[A-Z_]*[A-Z]|DATABASE_URL)\b/g, [page]);
    expect(variables.length).toBeGreaterThan(30);
    expect(variables.filter((variable) => !settings.has(variable))).toEqual([]);
  });

  it('leads to files that there are', () => {
    const links = named(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g, [page]).map((link) => join('docs', link));
    expect(links.length).toBeGreaterThan(5);
    expect(links.filter((link) => !existsSync(join(root, link)))).toEqual([]);
  });

  it('leads to headings that there are', () => {
    const headings = new Set([...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading)));
    expect(named(/\]\(#([^)]+)\)/g, [page]).filter((anchor) => !headings.has(anchor))).toEqual([]);
  });

  it('has an entry for each alert, and no other', () => {
    const rules = readFileSync(join(root, 'deploy/prometheus/alerts.yml'), 'utf8');
    const alerts = named(/^ *- alert: *(\S+)$/gm, [rules]);
    expect(alerts.length).toBeGreaterThan(0);
    expect(named(/^### (\S+)$/gm, [page])).toEqual(alerts);
    expect(named(/\bPolyvec[A-Z]\w+/g, [page])).toEqual(alerts);
  });

  it('names commands that there are, with options that they have', async () => {
    const commands = new Map<string, Set<string>>();
    for (const text of code) {
      for (const [, words = '', options = ''] of text.matchAll(
        /(?<![\w/-])polyvec ((?:(?:keys|nodes) )?[a-z]+)\b(?!\.)([^#|]*)/g,
      )) {
        const known = commands.get(words) ?? new Set();
        commands.set(words, new Set([...known, ...named(/(?<=^|\s)--[a-z-]+/g, [options])]));
      }
    }
    expect([...commands.keys()].sort()).toEqual(
      expect.arrayContaining(['keys create', 'keys list', 'keys revoke', 'keys rotate', 'move', 'reindex', 'verify']),
    );
    const missing: string[] = [];
    for (const [words, options] of commands) {
      const help = await helpOf(words);
      const wanted = [`Usage: polyvec ${words} `, ...options];
      missing.push(...wanted.filter((text) => !help.includes(text)).map((text) => `${words}: ${text}`));
    }
    expect(missing).toEqual([]);
  });

  it('names scripts that there are', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Readonly<Record<string, string>>;
    };
    const words = named(/\bnpm run ([\w:]+)/g);
    expect(words.length).toBeGreaterThan(0);
    expect(words.filter((word) => !(word in scripts))).toEqual([]);
  });

  describe('beside a gateway', () => {
    let gateway: TestGateway;

    beforeAll(async () => {
      gateway = await startGateway();
    });

    afterAll(async () => {
      await gateway.stop();
    });

    it('names metrics that there are', async () => {
      const text = await (await fetch(`${gateway.consoleUrl}/metrics`)).text();
      const known = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name));
      const metrics = named(/^(?:polyvec|process|nodejs)_[a-z0-9_]+$/g);
      expect(metrics.length).toBeGreaterThan(8);
      expect(metrics.filter((metric) => !known.has(metric))).toEqual([]);
      // and of ours, all there are
      expect([...known].filter((name) => name.startsWith('polyvec_') && !metrics.includes(name))).toEqual([]);
    });

    it('names probes that there are', async () => {
      const paths = named(/^\/[a-z]+z$/g);
      expect(paths).toEqual(['/livez', '/readyz', '/startupz']);
      const statuses = await Promise.all(paths.map(async (path) => (await fetch(`${gateway.consoleUrl}${path}`)).status));
      expect(statuses).toEqual([200, 200, 200]);
    });

    it('names headers that answers have', async () => {
      const { headers } = await fetch(`${gateway.chromaUrl}/api/v2/heartbeat`);
      expect(page).toContain('`x-request-id`');
      expect(page).toContain('`Server-Timing`');
      expect([headers.has('x-request-id'), headers.has('server-timing')]).toEqual([true, true]);
    });
  });
});

/** As the places that show such pages make it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}

/** What the command line says of a command. A process of its own for each would take longer than everything else here. */
async function helpOf(words: string): Promise<string> {
  let help = '';
  const spies = [
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      help += String(text);
      return true;
    }),
    jest.spyOn(process.stderr, 'write').mockReturnValue(true),
    // it would end this one
    jest.spyOn(process, 'exit').mockImplementation(() => {
      throw new Error('the end');
    }),
  ];
  const { exitCode } = process;
  try {
    await runCommandLine(['node', 'polyvec', ...words.split(' '), '--help']);
  } finally {
    for (const spy of spies) spy.mockRestore();
    process.exitCode = exitCode;
  }
  return help;
}
