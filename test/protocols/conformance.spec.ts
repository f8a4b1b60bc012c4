import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(join(root, 'docs/conformance.md'), 'utf8');
const sources = readdirSync(join(root, 'test'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.startsWith('conformance'))
  .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
  .join('\n');

/** What stands in back quotes behind a colon in an item of the list; its further lines are indented. */
const names = page
  .replaceAll(/\n +/g, ' ')
  .split('\n')
  .filter((line) => line.startsWith('- '))
  .flatMap((line) => [...line.slice(line.indexOf(': `')).matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''));

it('names a test for every promise', () => {
  expect(names.length).toBeGreaterThan(80);
});

it.each(names)('knows the test %s', (name) => {
  expect(sources.replaceAll("\\'", "'")).toContain(name);
});
