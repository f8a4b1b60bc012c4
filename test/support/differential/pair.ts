import { parseJson, stringifyJson } from '../../../src/http/json.js';
import { clipped, differences, shown, type Difference } from './compare.js';
import { queryDifferences } from './compare-query.js';
import { post, send, type WireAnswer, type WireRequest } from './exchange.js';
import { knownDifference } from './known-differences.js';
import { idOf, normalised, resolved, type NormalAnswer } from './normalise.js';

/** Where the default tenant's collections are. */
export const COLLECTIONS = '/api/v2/tenants/default_tenant/databases/default_database/collections';

/** Both answers to one request, ids and times replaced. */
export interface Answers {
  readonly reference: NormalAnswer;
  readonly candidate: NormalAnswer;
}

/** Two servers that get the same requests. Disagreements are collected, so that one run shows them all. */
export class Pair {
  private readonly referenceNames = new Map<string, string>();
  private readonly candidateNames = new Map<string, string>();
  private readonly disagreements: string[] = [];
  private readonly known = new Set<string>();
  private compared = 0;

  constructor(
    private readonly referenceUrl: string,
    private readonly candidateUrl: string,
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
    const [reference, candidate] = await this.send(request);
    remember(this.referenceNames, name, reference);
    remember(this.candidateNames, name, candidate);
    const answers = this.normalised(reference, candidate);
    this.compare(request, answers);
    return answers;
  }

  /** Sends the request to both servers without comparing. */
  async both(request: WireRequest): Promise<Answers> {
    const [reference, candidate] = await this.send(request);
    return this.normalised(reference, candidate);
  }

  /** Compares two answers that the test has put into a comparable form itself. */
  compare(request: WireRequest, answers: Answers): void {
    this.compared += 1;
    const unexplained = answerDifferences(request, answers).filter((difference) => {
      const number = knownDifference({ request, ...answers, difference });
      if (number !== undefined) this.known.add(number);
      return number === undefined;
    });
    if (unexplained.length > 0) this.disagreements.push(report(request, answers, unexplained));
  }

  /** What the servers disagree on, or the empty string. */
  report(): string {
    if (this.compared === 0) return 'nothing was compared';
    return this.disagreements.slice(0, 40).join('\n\n');
  }

  /** The numbered differences that were met. */
  metDifferences(): ReadonlySet<string> {
    return this.known;
  }

  private send(request: WireRequest): Promise<[WireAnswer, WireAnswer]> {
    return Promise.all([
      send(this.referenceUrl, resolved(request, this.referenceNames)),
      send(this.candidateUrl, resolved(request, this.candidateNames)),
    ]);
  }

  private normalised(reference: WireAnswer, candidate: WireAnswer): Answers {
    return {
      reference: normalised(reference, this.referenceNames),
      candidate: normalised(candidate, this.candidateNames),
    };
  }
}

function remember(names: Map<string, string>, name: string, answer: WireAnswer): void {
  const id = idOf(answer);
  if (id !== undefined) names.set(name, id);
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
