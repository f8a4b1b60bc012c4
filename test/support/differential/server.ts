import { send, type WireRequest } from './exchange.js';
import { idOf, type NormalAnswer, normalised, resolved } from './normalise.js';

/** A server that answers requests, or the recording of one. */
export interface Answering {
  /** The answer, ids and times replaced. `makes` names what the request creates: later requests use its id as `{{name}}`. */
  readonly answer: (request: WireRequest, makes?: string) => Promise<NormalAnswer>;
}

/** A running server. */
export class LiveServer implements Answering {
  private readonly names = new Map<string, string>();

  constructor(private readonly url: string) {}

  async answer(request: WireRequest, makes?: string): Promise<NormalAnswer> {
    const answer = await send(this.url, resolved(request, this.names));
    const id = makes === undefined ? undefined : idOf(answer);
    if (makes !== undefined && id !== undefined) this.names.set(makes, id);
    return normalised(answer, this.names);
  }
}
