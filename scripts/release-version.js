import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const VERSION = /^(\d+)\.(\d+)\.(\d+)$/;

/** Where the version stands: each pattern's match is replaced, and has to be there. `from` is the version that stood there. */
const PLACES = {
  'package.json': (from) => [`"version": "${from}"`],
  'package-lock.json': (from) => [`"version": "${from}"`, `"name": "polyvec",\n      "version": "${from}"`],
  'clients/typescript/package.json': (from) => [`"version": "${from}"`],
  'clients/typescript/README.md': (from) => [`polyvec-vectorizer-${from}.tgz`],
  'clients/python/pyproject.toml': (from) => [`version = "${from}"`],
  'deploy/kubernetes/deployment.yaml': (from) => [`image: polyvec:${from}`],
  'README.md': (from) => [`Polyvec ${from}\n`],
};
const CHANGELOG = 'CHANGELOG.md';
const UNRELEASED = /^## .*\bunreleased\b.*$/im;

/** The version that is meant by a word (`minor`), or a number that is larger than the current one. @throws Error for anything else */
export function nextVersion(root, wanted) {
  const current = currentVersion(root);
  const [major, minor, patch] = numbersOf(current);
  if (wanted === 'major') return `${major + 1}.0.0`;
  if (wanted === 'minor') return `${major}.${minor + 1}.0`;
  if (wanted === 'patch') return `${major}.${minor}.${patch + 1}`;
  if (!VERSION.test(wanted)) throw new Error(`patch, minor, major or a version such as 1.2.3, not "${wanted}"`);
  // the first release may be the version that has been developed
  if (isLess(wanted, current)) throw new Error(`${wanted} is before ${current}`);
  return wanted;
}

/** Writes the version everywhere, and gives what is unreleased in the changelog its heading. @returns the files, from the root */
export function editVersion(root, version, day) {
  const current = currentVersion(root);
  const edits = Object.entries(PLACES).map(([file, placesOf]) => {
    const text = placesOf(current).reduce(
      (before, place) => {
        if (!before.includes(place)) throw new Error(`${file} does not say ${JSON.stringify(place)}`);
        return before.replace(place, place.replace(current, version));
      },
      readFileSync(join(root, file), 'utf8'),
    );
    return [file, text];
  });
  edits.push([CHANGELOG, withSection(readFileSync(join(root, CHANGELOG), 'utf8'), version, day)]);
  for (const [file, text] of edits) writeFileSync(join(root, file), text);
  return edits.map(([file]) => file);
}

/** What the changelog says of a version. */
export function notesOf(root, version) {
  const sections = readFileSync(join(root, CHANGELOG), 'utf8').split(/^(?=## )/m);
  return sections.find((section) => section.startsWith(`## ${version} `)) ?? '';
}

function withSection(text, version, day) {
  const heading = UNRELEASED.exec(text);
  if (heading === null) throw new Error(`${CHANGELOG} has no section of what is unreleased`);
  const after = text.slice(heading.index + heading[0].length);
  if (!after.split(/^## /m)[0].includes('\n- ')) throw new Error(`${CHANGELOG} says of nothing that it is new`);
  return `${text.slice(0, heading.index)}## Unreleased\n\n## ${version} (${day})${after}`;
}

function currentVersion(root) {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;
}

function numbersOf(version) {
  return version.split('.').map(Number);
}

function isLess(one, other) {
  const [left, right] = [numbersOf(one), numbersOf(other)];
  const at = left.findIndex((number, index) => number !== right[index]);
  return at !== -1 && left[at] < right[at];
}
