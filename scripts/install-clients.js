/**
 * `npm run clients` installs the client libraries of other languages that a run of TEST_EFFORT tests, each in a place of its own
 * below .clients/. One that is installed is found again at once; `npm run test:clients` does it, too.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const INSTALLERS = [
  'test/clients/python/install.sh',
  'test/clients/pinecone/python/install.sh',
  'test/clients/pinecone/install.sh',
  'test/clients/vectorizer/python/install.sh',
  'test/clients/vectorizer/install.sh',
  'test/clients/copy/install.sh',
];

const FRAMEWORK_INSTALLERS = ['test/frameworks/python/install.sh', 'test/frameworks/javascript/install.sh'];

/** Whether all are installed now; the frameworks are in the full run only. */
export function installClients(environment) {
  const scripts = environment.TEST_EFFORT === 'full' ? [...INSTALLERS, ...FRAMEWORK_INSTALLERS] : INSTALLERS;
  return scripts.every((script) => {
    const { status } = spawnSync('bash', [script], { cwd: root, env: environment, stdio: ['ignore', 'inherit', 'inherit'] });
    if (status !== 0) console.error(`${script} failed`);
    return status === 0;
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exit(installClients(process.env) ? 0 : 1);
