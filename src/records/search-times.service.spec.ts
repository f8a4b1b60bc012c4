import { type RequestContext, runRequest } from '../observability/request-context.js';
import { SearchTime } from './search-times.service.js';

function request(): RequestContext {
  const known = { id: 'a', protocol: 'vectorizer', startedAt: 0, trace: undefined, isConsole: false, place: undefined };
  return { ...known, plans: [], databaseMs: 0, poolMs: 0, keyId: null, whenOver: [], isOver: false };
}

const UNAVAILABLE = expect.objectContaining({ detail: { kind: 'unavailable', subject: 'statement' } }) as Error;

describe('the time of searches', () => {
  it('is over when nobody waits for them any more', () => {
    const context = request();
    runRequest(context, () => {
      const time = new SearchTime(0);
      time.require();
      context.isOver = true;
      expect(() => {
        time.require();
      }).toThrow(UNAVAILABLE);
    });
  });

  it('goes on in background work, which no request waits for', () => {
    new SearchTime(0).require();
  });
});
