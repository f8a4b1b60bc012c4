/**
 * `npm run chaos -- <name>`: the program test/chaos/programs/<name>.ts, `promotion` without a name, on the server that TEST_DATABASE_URL or
 * DATABASE_URL names, or else on the development database. It prints its figure and exits with 1 when the aim is missed;
 * `--rounds 50`, `--seed 1` where it takes them; `--write` puts the figure into docs/reliability.md.
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildIfNeeded } from './build-if-needed.js';
import { developmentDatabase } from './development-database.js';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const [word = ''] = process.argv.slice(2);
const name = word === '' || word.startsWith('-') ? 'promotion' : word;
if (!/^[a-z]+$/.test(name) || !existsSync(`test/chaos/programs/${name}.ts`)) {
  const programs = readdirSync('test/chaos/programs').map((file) => file.replace(/\.ts$/, ''));
  console.error(`chaos: no program ${name}; there is ${programs.join(', ')}`);
  process.exit(2);
}
process.env.TEST_DATABASE_URL ??= process.env.DATABASE_URL ?? developmentDatabase();
buildIfNeeded();
// as an option of the process: its worker threads have the sources' loader by it, too
const options = ['--no-warnings', '--import', './test/support/setup/register.js'];
const program = spawn(process.execPath, [...options, `test/chaos/programs/${name}.ts`, ...process.argv.slice(2)], {
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => program.kill(signal));
program.on('exit', (code, signal) => {
  process.exit(signal === null ? code : 1);
});
