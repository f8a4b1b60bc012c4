import { type KeyedGateway, startKeyedGateway } from '../support/gateway/keyed-gateway.js';

let keyed: KeyedGateway<never>;

beforeAll(async () => {
  keyed = await startKeyedGateway({});
});

afterAll(async () => {
  await keyed.gateway.stop();
});

describe('Chroma, with keys', () => {
  it('D92: a request without a good key is refused before its body is read', async () => {
    const answer = await fetch(`${keyed.gateway.chromaUrl}/api/v2/tenants`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: 'this is no JSON',
    });
    expect(answer.status).toBe(401);
  });
});
