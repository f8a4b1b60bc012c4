import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CopyArguments } from '../../src/cli/copy-rules.js';
import { isJsonObject, parseJson, stringifyJson } from '../../src/http/json.js';
import { copied, type CopyRun } from '../support/copy/copy-run.js';

/** Answers written by hand after Qdrant's API: no real server has been asked, and none has been recorded. */
const COLLECTIONS = '{"result":{"collections":[{"name":"films"},{"name":"named"}]},"status":"ok","time":0.1}';
const FILMS = '{"result":{"status":"green","config":{"params":{"vectors":{"size":2,"distance":"Dot"}}}},"status":"ok"}';
const NAMED = `{"result":{"config":{"params":{"vectors":{"image":{"size":3,"distance":"Euclid"},"text":{"size":2,"distance":"Cosine"}},
  "sparse_vectors":{"words":{}}}}},"status":"ok"}`;
const POINTS: Readonly<Record<string, readonly string[]>> = {
  films: [
    '{"id":1,"vector":[0.25,-1],"payload":{"page_content":"text","metadata":{"n":1.0,"big":9007199254740993}}}',
    '{"id":2,"vector":[1,2],"payload":{"text":"words","year":1999,"tags":["x"]}}',
    '{"id":3,"vector":[1,2],"payload":{"nested":{"a":{"b":1}}}}',
    '{"id":"5c56c793-69f3-4fbf-87e6-c4bf54c28c26","vector":[3,4],"payload":null}',
    '{"id":18446744073709551615,"vector":[5,6],"payload":{}}',
  ],
  named: [
    '{"id":1,"vector":{"image":[1,2,3],"text":[0.5,1],"words":{"indices":[7,4294967295],"values":[0.5,-1]}},"payload":{}}',
    '{"id":2,"vector":{"text":[1,1]},"payload":{}}',
  ],
};

let server: Server;
let place: string;
let folder: string;
let keys: Set<unknown>;
let count: (name: string) => number;
let offsets: string[];

/** A page has two points; the next offset is the id of the first point behind it. */
function scrolled(name: string, body: string): string {
  const sent = parseJson(body);
  const offset = isJsonObject(sent) ? sent.get('offset') : undefined;
  const wanted = offset === undefined ? undefined : stringifyJson(offset);
  offsets.push(String(wanted));
  const points = POINTS[name] ?? [];
  const start = wanted === undefined ? 0 : points.findIndex((point) => point.startsWith(`{"id":${wanted},`));
  const next = points[start + 2];
  const id = next === undefined ? 'null' : /^\{"id":([^,]+),/.exec(next)?.[1];
  return `{"result":{"points":[${points.slice(start, start + 2).join(',')}],"next_page_offset":${String(id)}},"status":"ok"}`;
}

function answerTo(url: string, body: string): string | undefined {
  const [, name = '', action = ''] = /^\/collections\/([^/]+)(?:\/points\/(\w+))?$/.exec(url) ?? [];
  if (url === '/collections') return COLLECTIONS;
  if (action === 'count') return `{"result":{"count":${String(count(name))}},"status":"ok"}`;
  if (action === 'scroll') return scrolled(name, body);
  return { films: FILMS, named: NAMED }[name];
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qdrant-'));
  [keys, offsets] = [new Set(), []];
  count = (name) => POINTS[name]?.length ?? 0;
  server = createServer((request, response) => {
    keys.add(request.headers['api-key']);
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const answer = answerTo(request.url ?? '', Buffer.concat(parts).toString());
      response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(answer ?? '{}');
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  place = `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});

afterEach(async () => {
  await new Promise((closed) => server.close(closed));
  await rm(folder, { recursive: true, force: true });
});

async function read(
  path: string,
  options: Partial<CopyArguments> = {},
): Promise<CopyRun & { readonly records: readonly string[] }> {
  const out = join(folder, 'out.jsonl');
  const run = await copied(
    { environment: { QDRANT_API_KEY: 'geheim' }, remove: () => Promise.resolve() },
    `qdrant://${place}/${path}`,
    {
      to: `jsonl:${out}`,
      ...options,
    },
  );
  const text = await readFile(out, 'utf8').catch(() => '');
  return { ...run, records: text.split('\n').slice(0, -1) };
}

it('points are scrolled: ids of both kinds, payloads as frameworks write them, integers beyond 2^53', async () => {
  const { code, lines, records } = await read('films', { onError: 'skip' });
  expect([code, records]).toEqual([
    1,
    [
      '{"id":"1","embedding":[0.25,-1],"document":"text","metadata":{"n":1.0,"big":9007199254740993}}',
      '{"id":"2","embedding":[1,2],"document":"words","metadata":{"year":1999,"tags":["x"]}}',
      '{"id":"5c56c793-69f3-4fbf-87e6-c4bf54c28c26","embedding":[3,4]}',
      '{"id":"18446744073709551615","embedding":[5,6]}',
    ],
  ]);
  expect(lines).toContainEqual(expect.stringMatching(/^not copied: .*"3": the value of "nested" is no metadata here$/));
  expect(lines[0]).toContain('5 records, 2 dimensions, ip');
  expect(offsets.slice(0, 3)).toEqual(['undefined', '3', '18446744073709551615']);
});

it('the key is sent, and printed nowhere', async () => {
  const { lines } = await read('films', { onError: 'skip' });
  expect([...keys]).toEqual(['geheim']);
  expect(lines.join()).not.toContain('geheim');
});

it('of vectors with names one is copied, with the sparse one beside it; the others are a warning', async () => {
  const { lines, records } = await read('named?vector=text');
  expect(records).toEqual([
    '{"id":"1","embedding":[0.5,1],"sparse":{"indices":[7,4294967295],"values":[0.5,-1]}}',
    '{"id":"2","embedding":[1,1]}',
  ]);
  expect(lines).toContain('  warning: the vectors "image" are not copied: ?vector= names others');
  const missing = await read('named?vector=none');
  expect([missing.code, missing.lines.at(-1)]).toEqual([2, 'named has no vectors called none: it has image, text']);
});

it('points that come meanwhile are noticed', async () => {
  let asked = 0;
  count = (name) => (POINTS[name]?.length ?? 0) + (asked++ > 0 ? 1 : 0);
  const { code, lines } = await read('named?vector=text');
  expect([code, lines.join()]).toEqual([3, expect.stringContaining('named had 2 points and has 3')]);
});

it('a collection that is not there is named', async () => {
  const { code, lines } = await read('nothing');
  expect([code, lines.at(-1)]).toEqual([2, `qdrant://${place}/nothing has no such collection`]);
});
