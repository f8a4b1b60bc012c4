import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  isJsonObject,
  type Json,
  JsonNumber,
  type JsonObject,
  jsonObject,
  parseJson,
  stringifyJson,
} from '../../../src/http/json.js';
import type { NormalAnswer } from './normalise.js';
import type { Exchange } from './recording.js';

/** What the real server said to a group of scenarios. */
export interface Recording {
  /** Its release, such as `1.5.9`. */
  readonly release: string;
  /** By the scenario's name. */
  readonly scenarios: ReadonlyMap<string, readonly Exchange[]>;
}

const DIRECTORY = new URL('../../protocols/chroma/recorded/', import.meta.url);

/** An answer with these is written without them. */
const USUAL = { contentType: 'application/json', allow: null, traced: true } as const;

/** The recording of a group; nothing where there is none yet. */
export function readRecording(group: string): Recording {
  const file = recordingFile(group);
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  let release = '';
  const scenarios = new Map<string, Exchange[]>();
  let exchanges: Exchange[] = [];
  for (const line of text.split('\n').filter((content) => content !== '')) {
    const entry = parseJson(line);
    if (!isJsonObject(entry)) throw new Error(`${file} has a line that is no object: ${line.slice(0, 200)}`);
    if (entry.has('chroma')) {
      release = textOf(entry, 'chroma');
    } else if (entry.has('scenario')) {
      exchanges = [];
      scenarios.set(textOf(entry, 'scenario'), exchanges);
    } else {
      exchanges.push({ request: textOf(entry, 'request'), answer: readAnswer(entry) });
    }
  }
  return { release, scenarios };
}

/** Writes a line for the release, for each scenario and for each exchange, so that a change is seen where it is. */
export function writeRecording(group: string, { release, scenarios }: Recording): void {
  const lines = [...scenarios].flatMap(([scenario, exchanges]) => [
    jsonObject({ scenario }),
    ...exchanges.map(({ request, answer }) => new Map<string, Json>([['request', request], ...answerEntries(answer)])),
  ]);
  const text = [jsonObject({ chroma: release }), ...lines].map((line) => `${stringifyJson(line)}\n`).join('');
  writeFileSync(recordingFile(group), text);
}

function recordingFile(group: string): string {
  return fileURLToPath(new URL(`${group}.jsonl`, DIRECTORY));
}

function answerEntries(answer: NormalAnswer): [string, Json][] {
  const { status, contentType, allow, traced, body } = answer;
  return [
    ['status', new JsonNumber(String(status))],
    ...(Object.entries({ contentType, allow, traced }) as [keyof typeof USUAL, Json][]).filter(
      ([name, value]) => value !== USUAL[name],
    ),
    ['body', body],
  ];
}

function readAnswer(entry: JsonObject): NormalAnswer {
  const status = entry.get('status');
  const header = (name: 'contentType' | 'allow'): string | null => {
    if (!entry.has(name)) return USUAL[name];
    return entry.get(name) === null ? null : textOf(entry, name);
  };
  return {
    status: status instanceof JsonNumber ? Number(status.text) : 0,
    contentType: header('contentType'),
    allow: header('allow'),
    traced: entry.get('traced') !== false,
    body: entry.get('body') ?? null,
  };
}

function textOf(entry: JsonObject, name: string): string {
  const value = entry.get(name);
  if (typeof value !== 'string') throw new Error(`a recording has no text for ${name}`);
  return value;
}
