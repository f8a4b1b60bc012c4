/**
 * `node run.mjs DIRECTORY FRAMEWORK` runs the tests of FRAMEWORK.mjs with the packages that are installed in DIRECTORY, and writes
 * the outcome of each as a line of JSON to the file that FRAMEWORK_RESULTS names; with --names, their names.
 */
import { appendFileSync, copyFileSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [directory, framework, option] = process.argv.slice(2);

/** A project of a user's: packages are found from where the file lies that imports them. */
const project = mkdtempSync(join(tmpdir(), 'polyvec-framework-js-'));
process.on('exit', () => rmSync(project, { recursive: true, force: true }));
symlinkSync(resolve(directory, 'node_modules'), join(project, 'node_modules'));
for (const file of [`${framework}.mjs`, 'gateway.mjs']) copyFileSync(join(import.meta.dirname, file), join(project, file));

const write = (line) => appendFileSync(process.env.FRAMEWORK_RESULTS, `${JSON.stringify(line)}\n`);

async function outcomeOf(test) {
  try {
    await test();
    return { outcome: 'passed', detail: '' };
  } catch (error) {
    return { outcome: 'failed', detail: [error?.stack, error?.cause?.stack].filter(Boolean).join('\n').slice(-3000) };
  }
}

const { tests } = await import(pathToFileURL(join(project, `${framework}.mjs`)));
for (const [name, test] of Object.entries(tests)) {
  write(option === '--names' ? { name } : { name, ...(await outcomeOf(test)) });
}
process.exit(0);
