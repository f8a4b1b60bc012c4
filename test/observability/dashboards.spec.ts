import { readFile } from 'node:fs/promises';
import { startGateway, type TestGateway } from '../support/gateway/gateway.js';
import { scrape } from '../support/gateway/prometheus.js';

interface Panel {
  readonly targets?: readonly { readonly expr: string }[];
}

interface Variable {
  readonly definition?: string;
}

/** What PromQL says besides the names of metrics. */
const WORDS = new Set(['by', 'and', 'or', 'unless', 'on', 'ignoring', 'without', 'bool']);
/** Prometheus makes it itself. */
const SCRAPED = 'up';

let gateway: TestGateway;
let exposed: readonly string[];

beforeAll(async () => {
  gateway = await startGateway();
  exposed = (await scrape(gateway.consoleUrl)).metrics;
});

afterAll(async () => {
  await gateway.stop();
});

async function text(path: string): Promise<string> {
  return readFile(new URL(`../../deploy/${path}`, import.meta.url), 'utf8');
}

async function dashboardExpressions(): Promise<readonly string[]> {
  const { panels, templating } = JSON.parse(await text('grafana/polyvec.json')) as {
    readonly panels: readonly Panel[];
    readonly templating: { readonly list: readonly Variable[] };
  };
  const variables = templating.list.flatMap(({ definition }) => definition ?? []).map((query) => query.replace(/, \w+\)$/, ')'));
  return [...panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)), ...variables];
}

/** Each is a block of lines that are indented further than its key. */
async function alertExpressions(): Promise<readonly string[]> {
  const blocks = (await text('prometheus/alerts.yml')).matchAll(/^ {8}expr: \|\n((?: {10}.*\n)+)/gm);
  return [...blocks].map(([, block]) => block ?? '');
}

/** The metrics that a PromQL expression names, without what a histogram adds. */
function metricsIn(expression: string): readonly string[] {
  const bare = expression
    .replace(/"[^"]*"/g, '')
    .replace(/\{[^}]*\}|\[[^\]]*\]/g, '')
    .replace(/\b(?:by|without|on|ignoring) \([^)]*\)/g, '');
  const names = [...bare.matchAll(/[a-zA-Z_]\w*(?!\w*\s*\()/g)].map(([name]) => name).filter((name) => !WORDS.has(name));
  return names.map((name) => name.replace(/_(?:bucket|sum|count)$/, ''));
}

function notExposed(expressions: readonly string[]): readonly string[] {
  return expressions.flatMap(metricsIn).filter((name) => name !== SCRAPED && !exposed.includes(name));
}

describe('the dashboard', () => {
  it('shows what a gateway exposes', async () => {
    const expressions = await dashboardExpressions();
    expect(expressions.length).toBeGreaterThanOrEqual(20);
    expect(notExposed(expressions)).toEqual([]);
  });
});

describe('the alerts', () => {
  it('watch what a gateway exposes', async () => {
    const expressions = await alertExpressions();
    const alerts = (await text('prometheus/alerts.yml')).match(/- alert: /g) ?? [];
    expect(expressions).toHaveLength(alerts.length);
    expect(notExposed(expressions)).toEqual([]);
  });

  it('each name the part of the runbook that bears their name', async () => {
    const rules = await text('prometheus/alerts.yml');
    const names = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name]) => name?.toLowerCase());
    const runbooks = [...rules.matchAll(/runbook: docs\/operations\.md#(\w+)/g)].map(([, name]) => name);
    expect(runbooks).toEqual(names);
    const headings = [...(await text('../docs/operations.md')).matchAll(/^### (\w+)$/gm)].map(([, name]) => name?.toLowerCase());
    expect(headings).toEqual(expect.arrayContaining(names));
  });
});

it('is shown or watched: every figure of ours', async () => {
  const seen = new Set([...(await dashboardExpressions()), ...(await alertExpressions())].flatMap(metricsIn));
  const ours = exposed.filter((name) => name.startsWith('polyvec_'));
  expect(ours.length).toBeGreaterThanOrEqual(10);
  expect(ours.filter((name) => !seen.has(name))).toEqual([]);
});

it('finds a metric that nobody exposes', () => {
  expect(metricsIn('sum by (le) (rate(polyvec_wrong_bucket{a="b"}[5m])) > 0.5')).toEqual(['polyvec_wrong']);
});
