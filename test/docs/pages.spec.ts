import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pageText } from '../support/docs/pages.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];
/** What cannot be wrapped: tables, headings, and a single long word such as a piece of code. */
const UNWRAPPED = /^\||^#|^\s*(?:[-*] )?\S+$|^- \*\*Test:\*\* |^\s*`[^`]+`[.,;]?$/;
const MAX_COLUMNS = 100;

describe('README', () => {
  it('has at most 150 lines', () => {
    expect(pageText('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(150);
  });
});

describe.each(pages)('%s', (page) => {
  const text = pageText(page);

  it('has lines of at most 100 columns', () => {
    const prose = text.replaceAll(/^( *)```[^]*?^\1```$/gm, '');
    const lines = prose.split('\n').filter((line) => !line.startsWith('    '));
    expect(lines.filter((line) => line.length > MAX_COLUMNS && !UNWRAPPED.test(line))).toEqual([]);
  });

  it('leads to files and headings that there are', () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link = '']) => link);
    expect(links.filter((link) => !leadsSomewhere(page, link))).toEqual([]);
  });
});

describe('the index', () => {
  it('leads to every page but the decisions, which it names by their folder', () => {
    const index = pageText('docs/README.md');
    const others = pages.filter((page) => page.startsWith('docs/') && !page.startsWith('docs/decisions/'));
    expect(others.filter((page) => page !== 'docs/README.md' && !index.includes(`](${page.slice(5)})`))).toEqual([]);
  });
});

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : join(dirname(page), path);
  if (!existsSync(join(root, target))) return false;
  if (anchor === undefined) return true;
  return [...pageText(target).matchAll(/^#+ (.+)$/gm)].some(([, heading = '']) => anchorOf(heading) === anchor);
}

/** As the places that show such pages make it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}
