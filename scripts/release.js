/**
 * `npm run release -- patch | minor | major | 1.2.3`: the version everywhere it stands, the changelog's section, the files of the release in
 * `release/<version>/`, a commit and a tag. Nothing leaves this machine: docs/releasing.md says what to publish, and how.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeArtifacts } from './release-artifacts.js';
import { editVersion, nextVersion } from './release-version.js';

const root = fileURLToPath(new URL('..', import.meta.url));

/** @throws Error with what git says */
function git(...words) {
  const { status, stdout, stderr } = spawnSync('git', words, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`git ${words[0]} failed: ${stderr.trim()}`);
  return stdout.trim();
}

/** What is released is what is committed, and each version is released once. */
function requireReady(version) {
  const changed = git('status', '--porcelain');
  if (changed !== '') throw new Error(`commit or remove what is changed first:\n${changed}`);
  if (git('tag', '--list', `v${version}`) !== '') throw new Error(`v${version} has been released`);
}

async function release(wanted) {
  const version = nextVersion(root, wanted);
  requireReady(version);
  const files = editVersion(root, version, new Date().toISOString().slice(0, 10));
  try {
    const made = await makeArtifacts(join(root, 'release', version), version);
    git('commit', '--quiet', '--message', `release: ${version}`, '--', ...files);
    git('tag', '--annotate', `v${version}`, '--message', `Polyvec ${version}`);
    console.log([`Released ${version} on this machine, as v${version}:`, ...made.map((file) => `  ${file}`)].join('\n'));
    console.log('Nothing is published yet: docs/releasing.md');
  } catch (error) {
    git('checkout', '--quiet', 'HEAD', '--', ...files);
    throw error;
  }
}

try {
  const [wanted, ...others] = process.argv.slice(2);
  if (wanted === undefined || others.length > 0) throw new Error('say which: npm run release -- patch | minor | major | 1.2.3');
  await release(wanted);
} catch (error) {
  console.error(`release: ${error.message}`);
  process.exitCode = 1;
}
