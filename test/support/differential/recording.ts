import type { WireRequest } from './exchange.js';
import { knownDifference } from './known-differences.js';
import { foldedText, type NormalAnswer } from './normalise.js';
import { Pair } from './pair.js';
import type { Scenario } from './scenario.js';
import type { Answering } from './server.js';

/** A request of a scenario, as text, and the answer of the server. */
export interface Exchange {
  readonly request: string;
  readonly answer: NormalAnswer;
}

const LONGEST_REQUEST = 500;

/** Passes requests on to a server and keeps its answers. */
export class Recorder implements Answering {
  readonly exchanges: Exchange[] = [];

  constructor(private readonly server: Answering) {}

  async answer(request: WireRequest, makes?: string): Promise<NormalAnswer> {
    const answer = await this.server.answer(request, makes);
    this.exchanges.push({ request: requestText(request), answer });
    return answer;
  }
}

/** Answers the requests of a scenario from its recording; a request that is not the next one recorded is an error. */
class Replay implements Answering {
  private next = 0;

  constructor(private readonly exchanges: readonly Exchange[]) {}

  answer(request: WireRequest): Promise<NormalAnswer> {
    const exchange = this.exchanges[this.next];
    const text = requestText(request);
    if (exchange?.request !== text) return Promise.reject(outdated(text, exchange?.request ?? 'nothing'));
    this.next += 1;
    return Promise.resolve(exchange.answer);
  }

  /** Fails when the recording holds more than was asked for. */
  end(): void {
    const rest = this.exchanges[this.next];
    if (rest !== undefined) throw outdated('nothing', rest.request);
  }
}

const NOBODY: NormalAnswer = { status: 0, contentType: null, allow: null, traced: false, body: null };

/** Runs a scenario on one server alone and returns what was said. */
export async function record(scenario: Scenario, server: Answering): Promise<readonly Exchange[]> {
  const recorder = new Recorder(server);
  await scenario.run(new Pair(recorder, { answer: () => Promise.resolve(NOBODY) }));
  return recorder.exchanges;
}

/** Gives a server the requests of a scenario; returns where its answers differ from the recorded ones, or the empty string. */
export async function compareWithRecording(
  scenario: Scenario,
  recorded: readonly Exchange[],
  candidate: Answering,
): Promise<string> {
  return replay(scenario, recorded, candidate, knownDifference);
}

/** Where two recordings of one scenario differ, or the empty string. Nothing is explained: both are of the same server. */
export async function compareRecordings(
  scenario: Scenario,
  recorded: readonly Exchange[],
  fresh: readonly Exchange[],
): Promise<string> {
  return replay(scenario, recorded, new Replay(fresh), () => undefined);
}

async function replay(
  scenario: Scenario,
  recorded: readonly Exchange[],
  candidate: Answering,
  explain: typeof knownDifference,
): Promise<string> {
  const reference = new Replay(recorded);
  const pair = new Pair(reference, candidate, explain);
  await scenario.run(pair);
  reference.end();
  return pair.report();
}

/** A request on one line: a long one by its beginning and digest. */
function requestText({ method, path, headers, body }: WireRequest): string {
  const others = JSON.stringify(headers ?? {});
  const text = typeof body === 'string' ? body : body?.toString('hex');
  const shownHeaders = others === '{"content-type":"application/json"}' || others === '{}' ? [] : [others];
  return foldedText([method, path, ...shownHeaders, ...(text === undefined ? [] : [text])].join(' '), LONGEST_REQUEST);
}

function outdated(asked: string, recorded: string): Error {
  return new Error(
    `The scenario asks for ${asked}, and the recording has ${recorded}. Is the scenario changed? Record it: npm run record`,
  );
}
