import { jest } from '@jest/globals';
import { VERSION } from '../../src/version.js';
import { type Block, blocksOf, SAMPLE_PAGES } from '../support/docs/pages.js';
import { type SampleGateway, startSampleGateway } from '../support/docs/sample-gateway.js';
import { createStorage } from '../support/gateway/gateway.js';
import { exitCode, FREE_PORTS, polyvec, waitFor } from '../support/gateway/polyvec-command.js';

/** Programs of other people, each a process of its own: a limit against hanging, on a slow machine too. */
jest.setTimeout(600_000);

/** Every reason for which a sample may go without a test. */
const REASONS = [
  'needs Docker',
  'needs a gateway with keys',
  'installs into your project',
  'starts a gateway on the default ports',
  'needs the framework',
];
/** Languages whose samples are run; Python's and TypeScript's are, with their clients, in test/clients/docs.spec.ts. */
const RUN_HERE = ['sh', 'js'];
const RUN_WITH_CLIENTS = ['python', 'ts'];
/** Samples of other languages are held by the programs of test/clients/pinecone; a block without a language is output. */
const NOT_RUN = ['go', 'java', 'csharp', 'rust', 'sql', ''];
const START = 'npm ci && npm start\n';
const ONE_RECORD = 'One record through all of them';

const blocks = SAMPLE_PAGES.flatMap((page) => blocksOf(page));
const samples = blocks.filter(
  ({ language, reason, code, section }) =>
    RUN_HERE.includes(language) && reason === undefined && code !== START && section !== ONE_RECORD,
);

describe('the samples of README and of the clients’ pages', () => {
  let gateway: SampleGateway;

  beforeAll(async () => {
    gateway = await startSampleGateway();
  });

  afterAll(async () => {
    await gateway.stop();
  });

  it('are of languages that somebody looks at', () => {
    const languages = new Set(blocks.map(({ language }) => language));
    expect([...languages].filter((name) => ![...RUN_HERE, ...RUN_WITH_CLIENTS, ...NOT_RUN].includes(name))).toEqual([]);
  });

  it('go without a test for a listed reason only', () => {
    const reasons = new Set(blocks.flatMap(({ reason }) => reason ?? []));
    expect([...reasons].sort()).toEqual([...REASONS].sort());
  });

  it.each(samples)('$place runs as printed, and once more', async ({ language, code }) => {
    const run = (text: string): Promise<string> => (language === 'sh' ? gateway.runShell(text) : gateway.runScript(text));
    await run(await gateway.adapt(code));
    await run(await gateway.adapt(code));
  });

  describe('one record through all of them', () => {
    const [script, sql, shell] = blocks.filter(({ section }) => section === ONE_RECORD) as [Block, Block, Block];

    async function rows(): Promise<unknown[]> {
      const client = await gateway.connect();
      try {
        return (await client.query<{ readonly id: string }>(sql.code)).rows.map(({ id }) => id);
      } finally {
        await client.end();
      }
    }

    it.each(['the first time', 'and again'])('is written, found, seen and deleted, %s', async () => {
      expect(await gateway.runScript(await gateway.adapt(script.code))).toMatch(/id: 'alien'/);
      expect(await rows()).toEqual(['alien']);
      await gateway.runShell(await gateway.adapt(shell.code));
      expect(await rows()).toEqual([]);
    });
  });
});

describe('the first command', () => {
  it('prints what README shows below it, but for ports and versions', async () => {
    const all = blocksOf('README.md');
    const shown = all[all.findIndex(({ code }) => code === START) + 1]?.code ?? '';
    const storage = await createStorage();
    // an old pgvector is warned of
    const run = polyvec(['start'], { ...FREE_PORTS, ...storage.environment, POLYVEC_LOG_LEVEL: 'error' });
    try {
      await waitFor(run, 'Ctrl-C stops it.\n');
      const printed = run.output();
      run.child.kill('SIGTERM');
      await exitCode(run);
      expect(shape(printed)).toEqual(shape(shown));
    } finally {
      run.child.kill('SIGKILL');
      await storage.remove();
    }
  });

  it('is of this release', () => {
    expect(blocksOf('README.md').map(({ code }) => code)).toContainEqual(expect.stringContaining(`Polyvec ${VERSION}\n`));
  });
});

/** Its lines, without what differs from one machine to another. */
function shape(output: string): readonly string[] {
  return output.split('\n').map((line) => line.replace(/^( {2}engine +).*/, '$1').replaceAll(/\d+/g, '0'));
}
