import { redact } from './redact.js';

const SECRET = 'pv-s3cr3t_K.ey~+/1=';

describe('redact', () => {
  it.each([
    `{"authorization":"Bearer ${SECRET}"}`,
    `{"headers":{"Api-Key":"${SECRET}","host":"x"}}`,
    `GET /vectorizer/collections?limit=1&api_key=${SECRET}&x=1`,
    `the header X-Chroma-Token: ${SECRET} is not known`,
    `X-API-Key=${SECRET}`,
    `{"msg":"sent {\\"x-chroma-token\\":\\"${SECRET}\\"}"}`,
    `Authorization: Basic ${SECRET}`,
    `refused: Bearer ${SECRET}`,
    `apiKey: '${SECRET}'`,
    'connecting to postgres://polyvec:pv-s3cr3t_K.ey@127.0.0.1:5432/polyvec',
  ])('hides what %s names', (text) => {
    const shown = redact(text);
    expect(shown).toContain('[redacted]');
    expect(shown).not.toContain('s3cr3t');
  });

  it('leaves the rest of a line as it is, and JSON whole', () => {
    const line = `{"level":30,"authorization":"Bearer ${SECRET}","api-key":"${SECRET}","msg":"done"}`;
    expect(JSON.parse(redact(line))).toEqual({
      level: 30,
      authorization: '[redacted]',
      'api-key': '[redacted]',
      msg: 'done',
    });
  });

  it.each([
    'password authentication failed for user "polyvec"',
    '{"msg":"an API key is needed","status":401}',
    'http://127.0.0.1:8080/metrics',
    'the bearer of this message',
  ])('changes nothing of %s', (text) => {
    expect(redact(text)).toBe(text);
  });
});
