/**
 * `node scripts/audit.js`: asks the registry for known vulnerabilities of what is installed with the package, and fails when there is one
 * of the level high or critical. A registry that offers no audits, or none at the moment, is no failure: it says "not audited".
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const LIMIT_MS = 120_000;
const MAX_BYTES = 64 * 1024 * 1024;

const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
  cwd: root,
  encoding: 'utf8',
  timeout: LIMIT_MS,
  maxBuffer: MAX_BYTES,
  stdio: ['ignore', 'pipe', 'ignore'],
  shell: process.platform === 'win32',
});
const report = parsed(stdout ?? '');
const levels = report.metadata?.vulnerabilities;
if (levels === undefined) {
  console.log(`not audited: ${report.message ?? 'the registry has not answered'}`);
} else {
  const grave = Object.entries(report.vulnerabilities).filter(([, { severity }]) => ['high', 'critical'].includes(severity));
  for (const [name, { severity, range }] of grave) console.log(`${severity}: ${name} ${range}`);
  console.log(`audited: ${grave.length} of the level high or critical, ${levels.total} in all`);
  if (grave.length > 0) process.exitCode = 1;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
