import { ConfigError, readConfig } from './config.js';

function problemsOf(environment: Readonly<Record<string, string>>): readonly string[] {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('readConfig', () => {
  it('has a default for everything', () => {
    const config = readConfig({});
    expect(config).toMatchObject({
      databaseUrl: undefined,
      chromaPort: 8000,
      consolePort: 8080,
      host: '127.0.0.1',
      chromaAllowReset: false,
    });
  });

  it('puts the command line over the environment over the defaults', () => {
    expect(readConfig({ POLYVEC_CHROMA_PORT: '9000' }).chromaPort).toBe(9000);
    expect(readConfig({ POLYVEC_CHROMA_PORT: '9000' }, { chromaPort: '9001' }).chromaPort).toBe(9001);
  });

  it("accepts Chroma's own names, and prefers ours", () => {
    expect(readConfig({ CHROMA_PORT: '9000', ALLOW_RESET: 'TRUE' })).toMatchObject({ chromaPort: 9000, chromaAllowReset: true });
    expect(readConfig({ CHROMA_PORT: '9000', POLYVEC_CHROMA_PORT: '9001' }).chromaPort).toBe(9001);
    expect(readConfig({ CHROMA_CORS_ALLOW_ORIGINS: '["http://a", "http://b"]' }).corsOrigins).toEqual(['http://a', 'http://b']);
  });

  it('takes the host of Pinecone Local, and no URL of an index', () => {
    expect(readConfig({ PINECONE_HOST: 'pinecone' }).publicHost).toBe('pinecone');
    for (const url of ['http://localhost:5081', 'localhost:5081', 'notes-abc.svc.aped-1.pinecone.io']) {
      expect(readConfig({ PINECONE_HOST: url }).publicHost).toBe('localhost');
    }
    expect(problemsOf({ POLYVEC_PUBLIC_HOST: 'http://localhost' })).toHaveLength(1);
  });

  it('lists every problem at once', () => {
    expect(
      problemsOf({ POLYVEC_CHROMA_PORT: 'x', POLYVEC_POOL_SIZE: '0', DATABASE_URL: 'mysql://a', POLYVEC_NOPE: '1' }),
    ).toEqual([
      // it may hold a password
      'DATABASE_URL must be a postgres:// URL',
      'POLYVEC_CHROMA_PORT must be a port number, 0 or off, not "x"',
      'POLYVEC_POOL_SIZE must be a whole number above 0, not "0"',
      'POLYVEC_NOPE is not a setting',
    ]);
  });

  it('takes 0 and off for a port', () => {
    expect(readConfig({ POLYVEC_CHROMA_PORT: '0', POLYVEC_CONSOLE_PORT: 'off' })).toMatchObject({
      chromaPort: 0,
      consolePort: 'off',
    });
  });
});
