import { GatewayError } from '../errors.js';
import { type RequestSource, requireTrustedSource, type SourceRules } from './request-source.js';

const RULES: SourceRules = {
  checksHosts: true,
  allowedHosts: ['vectors.example'],
  domains: ['pinecone.test'],
  allowedOrigins: ['https://app.example'],
};

function refusalOf(source: Partial<RequestSource>, rules: Partial<SourceRules> = {}): string | undefined {
  const whole = { method: 'POST', headers: {}, host: 'localhost:8000', scheme: 'http', isPage: false, ...source } as const;
  try {
    requireTrustedSource({ ...RULES, ...rules }, whole);
    return undefined;
  } catch (error) {
    return error instanceof GatewayError ? error.kind : 'another error';
  }
}

describe('the host of a request', () => {
  it.each([
    'localhost',
    'localhost:8000',
    'LOCALHOST.:8000',
    'chroma.localhost',
    'polyvec:8000',
    'host.docker.internal:8000',
    '127.0.0.1:8000',
    '10.1.2.3',
    '[::1]:8000',
    'vectors.example:443',
    'pinecone.test',
    'docs-1a2b3c.svc.pinecone.test:5080',
  ])('%s is known', (host) => {
    expect(refusalOf({ host })).toBeUndefined();
  });

  it.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'notpinecone.test',
    'internal.example',
    'a.b:c',
    '1.2.3.4.5',
  ])('%s is not', (host) => {
    expect(refusalOf({ host })).toBe('misdirected');
  });

  it('may be any, when all are allowed or none are checked, or be missing', () => {
    expect(refusalOf({ host: 'evil.example' }, { allowedHosts: ['*'] })).toBeUndefined();
    expect(refusalOf({ host: 'evil.example' }, { checksHosts: false })).toBeUndefined();
    expect(refusalOf({ host: undefined })).toBeUndefined();
  });
});

describe('the origin of a request', () => {
  it.each(['https://evil.example', 'null', 'http://localhost:3000', 'https://localhost:8000', 'http://localhost'])(
    '%s is refused on http://localhost:8000',
    (origin) => {
      expect(refusalOf({ headers: { origin } })).toBe('forbidden');
    },
  );

  it.each(['http://localhost:8000', 'https://app.example'])('%s is allowed there', (origin) => {
    expect(refusalOf({ headers: { origin } })).toBeUndefined();
  });

  it('may be any, when all are allowed', () => {
    expect(refusalOf({ headers: { origin: 'null' } }, { allowedOrigins: ['*'] })).toBeUndefined();
  });

  it.each(['cross-site', 'same-site'])('is seen by Sec-Fetch-Site: %s where there is no Origin', (site) => {
    expect(refusalOf({ method: 'GET', headers: { 'sec-fetch-site': site } })).toBe('forbidden');
  });

  it.each(['same-origin', 'none'])('is this one with Sec-Fetch-Site: %s', (site) => {
    expect(refusalOf({ headers: { 'sec-fetch-site': site } })).toBeUndefined();
  });

  const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

  it('may be any for a link to a page', () => {
    expect(refusalOf({ method: 'GET', isPage: true, headers: link })).toBeUndefined();
  });

  it('may not for a frame, for a form, or for a link to what is no page', () => {
    expect(refusalOf({ method: 'GET', isPage: true, headers: { ...link, 'sec-fetch-dest': 'iframe' } })).toBe('forbidden');
    expect(refusalOf({ method: 'POST', isPage: true, headers: link })).toBe('forbidden');
    expect(refusalOf({ method: 'GET', isPage: false, headers: link })).toBe('forbidden');
  });
});
