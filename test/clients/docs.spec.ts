import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jest } from '@jest/globals';
import { blocksOf, SAMPLE_PAGES } from '../support/docs/pages.js';
import { type SampleGateway, startSampleGateway } from '../support/docs/sample-gateway.js';
import { PYTHON_ENVIRONMENT } from './vectorizer/compat/programs.js';
import { createUserProject, type UserProject } from './vectorizer/compat/typescript-package.js';
import { versionsOf } from './versions.js';

/** Programs of other people, each a process of its own: a limit against hanging, on a slow machine too. */
jest.setTimeout(600_000);

/** Environments of each Python sample, oldest first, page by page, in reading order: a run takes those that it installs. */
const ENVIRONMENTS: Readonly<Record<(typeof SAMPLE_PAGES)[number], readonly (readonly string[])[]>> = {
  'README.md': [
    ['python-0.4.24', 'python-1.5.9'],
    ['pinecone-python-7', 'pinecone-python-10'],
  ],
  'docs/clients/chroma.md': [
    ['python-0.4.24', 'python-1.5.9'],
    ['python-0.5.3', 'python-0.6.3', 'python-1.5.9'],
    ['python-1.5.9'],
    ['python-1.5.9'],
    ['python-1.5.9'],
  ],
  'docs/clients/pinecone.md': [
    ['pinecone-python-7', 'pinecone-python-10'],
    ['pinecone-python-7', 'pinecone-python-8'],
    ['pinecone-python-10'],
    ['pinecone-python-10'],
  ],
  'docs/clients/vectorizer.md': [['python3']],
  'docs/clients/frameworks.md': [],
};

/** What a run of this effort has installed. */
const INSTALLED = new Set([
  'python3',
  ...versionsOf('chroma-python').map((version) => `python-${version}`),
  ...versionsOf('pinecone-python').map((version) => `pinecone-python-${version}`),
]);

const samples = SAMPLE_PAGES.flatMap((page) => blocksOf(page)).filter(({ reason }) => reason === undefined);
const pythonSamples = SAMPLE_PAGES.flatMap((page) => {
  const blocks = samples.filter(({ place, language }) => place.startsWith(`${page}:`) && language === 'python');
  return blocks.flatMap(({ place, code }, index) =>
    (ENVIRONMENTS[page][index] ?? [])
      .filter((environment) => INSTALLED.has(environment))
      .map((environment) => ({ place, code, environment })),
  );
});

let gateway: SampleGateway;

beforeAll(async () => {
  gateway = await startSampleGateway();
});

afterAll(async () => {
  await gateway.stop();
});

describe("Python's samples of README and of the clients' pages", () => {
  it.each(SAMPLE_PAGES)('%s: each has its environments', (page) => {
    const blocks = samples.filter(({ place, language }) => place.startsWith(`${page}:`) && language === 'python');
    expect(blocks.length).toBe(ENVIRONMENTS[page].length);
    expect(ENVIRONMENTS[page].filter((environments) => !environments.some((one) => INSTALLED.has(one)))).toEqual([]);
  });

  it.each(pythonSamples)('$place runs as printed, and once more, in $environment', async ({ code, environment }) => {
    const file = join(gateway.directory, 'sample.py');
    await writeFile(file, await gateway.adapt(code));
    await gateway.run(pythonOf(environment), [file], { ...PYTHON_ENVIRONMENT, PINECONE_GRPC_SCHEME: 'http' });
    await gateway.run(pythonOf(environment), [file], { ...PYTHON_ENVIRONMENT, PINECONE_GRPC_SCHEME: 'http' });
  });
});

describe("TypeScript's samples", () => {
  let project: UserProject;

  beforeAll(async () => {
    project = await createUserProject();
  });

  afterAll(async () => {
    await project.remove();
  });

  it.each(samples.filter(({ language }) => language === 'ts'))('$place compiles, and runs twice', async ({ code }) => {
    const source = await gateway.adapt(code);
    expect(await project.runProgram('sample', source)).toMatchObject({ code: 0, errors: '' });
    expect(await project.runProgram('sample', source)).toMatchObject({ code: 0, errors: '' });
  });
});

function pythonOf(environment: string): string {
  if (environment === 'python3') return environment;
  const python = fileURLToPath(new URL(`../../.clients/${environment}/bin/python`, import.meta.url));
  if (!existsSync(python)) throw new Error(`there is no ${python}: npm run test:clients installs it`);
  return python;
}
