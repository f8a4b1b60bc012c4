import { parseJson, stringifyJson } from '../../../src/http/json.js';
import { clipped, type Difference, differences, shown } from './compare.js';
import { queryDifferences } from './compare-query.js';
import { post, type WireRequest } from './exchange.js';
import { knownDifference } from './known-differences.js';
import type { NormalAnswer } from './normalise.js';
import type { Answering } from './server.js';

/** Where the default tenant's collections are. */
export const COLLECTIONS = '/api/v2/tenants/default_tenant/databases/default_database/collections';

/** Both answers to one request, ids and times replaced. */
export interface Answers {
  readonly reference: NormalAnswer;
  readonly candidate: NormalAnswer;
}

/** Two servers that get the same requests. Disagreements are collected, so that one run shows them all. */
export class Pair {
  private readonly disagreements: string[] = [];
  private compared = 0;

  /** `explain` gives the number of the documented difference that an occurrence belongs to. */
  constructor(
    private readonly reference: Answering,
    private readonly candidate: Answering,
    private readonly explain: typeof knownDifference = knownDifference,
  ) {}

  /** Sends the request to both servers and compares the answers. */
  async same(request: WireRequest): Promise<Answers> {
    const answers = await this.both(request);
    this.compare(request, answers);
    return answers;
  }

  /** Sends the requests one after the other. */
  async all(...requests: readonly WireRequest[]): Promise<void> {
    for (const request of requests) await this.same(request);
  }

  /** Creates a collection on both servers, compares the answers, and returns its path; `body` is the inside of the object. */
  async collection(name: string, body = ''): Promise<string> {
    await this.named(name, post(COLLECTIONS, `{"name":"${name}"${body === '' ? '' : `,${body}`}}`));
    return `${COLLECTIONS}/{{${name}}}`;
  }

  /** Compares the answers to a request that makes something, and remembers its ids under the name. */
  async named(name: string, request: WireRequest): Promise<Answers> {
    const answers = await this.both(request, name);
    this.compare(request, answers);
    return answers;
  }

  /** Sends the request to both servers without comparing; `makes` names what it creates. */
  async both(request: WireRequest, makes?: string): Promise<Answers> {
    const [reference, candidate] = await Promise.all([
      this.reference.answer(request, makes),
      this.candidate.answer(request, makes),
    ]);
    return { reference, candidate };
  }

  /** Compares two answers that the test has put into a comparable form itself. */
  compare(request: WireRequest, answers: Answers): void {
    this.compared += 1;
    const unexplained = answerDifferences(request, answers).filter(
      (difference) => this.explain({ request, ...answers, difference }) === undefined,
    );
    if (unexplained.length > 0) this.disagreements.push(report(request, answers, unexplained));
  }

  /** What the servers disagree on, or the empty string. */
  report(): string {
    if (this.compared === 0) return 'nothing was compared';
    return this.disagreements.slice(0, 40).join('\n\n');
  }
}

function answerDifferences(request: WireRequest, { reference, candidate }: Answers): readonly Difference[] {
  // after different statuses the bodies have nothing in common
  if (reference.status !== candidate.status) {
    return differences('status', parseJson(String(reference.status)), parseJson(String(candidate.status)));
  }
  return [
    ...differences('content-type', reference.contentType, candidate.contentType),
    ...differences('allow', reference.allow, candidate.allow),
    ...differences('chroma-trace-id', reference.traced, candidate.traced),
    ...(request.path.endsWith('/query')
      ? queryDifferences(reference.body, candidate.body)
      : differences('body', reference.body, candidate.body)),
  ];
}

function report(request: WireRequest, answers: Answers, found: readonly Difference[]): string {
  const headers = request.headers === undefined ? '' : ` ${JSON.stringify(request.headers)}`;
  const [first] = found;
  return [
    `${request.method} ${request.path}${headers === ' {"content-type":"application/json"}' ? '' : headers}`,
    ...(request.body === undefined ? [] : [`  > ${clipped(request.body.toString(), 600)}`]),
    ...(first === undefined
      ? []
      : [`  first at ${first.path} (of ${String(found.length)}): ${shown(first.reference)} / ${shown(first.candidate)}`]),
    `  reference ${answerText(answers.reference)}`,
    `  candidate ${answerText(answers.candidate)}`,
  ].join('\n');
}

function answerText(answer: NormalAnswer): string {
  return `${String(answer.status)} ${answer.contentType ?? 'no type'} ${clipped(stringifyJson(answer.body), 400)}`;
}
