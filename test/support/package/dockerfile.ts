import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ROOT, runIn } from './package.js';

/** What an image starts. */
export interface Image {
  /** What stands in for its root directory. */
  readonly root: string;
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  readonly healthCheck: readonly string[];
  readonly user: string;
}

interface Instruction {
  readonly name: string;
  readonly text: string;
}

/** Its users are the image's, and its packages are those of the checkout: an installation from the registry is another step's. */
const NOT_RUN = /^(chown|npm ci) /;
const FOLDERS = /(?<=^| )\/(build|package|app|data)\b/g;

/** Carries the steps of a Dockerfile out, without Docker, below a directory for each of its stages. @throws Error when one fails */
export function buildWithoutDocker(file: string, directory: string): Image {
  const stages = stagesOf(readFileSync(join(ROOT, file), 'utf8'));
  let image: Image | undefined;
  for (const [name, instructions] of stages) image = buildStage(instructions, join(directory, name), directory);
  if (image === undefined) throw new Error(`${file} has no stage`);
  return image;
}

/** A stage without a name is called after its place. */
function stagesOf(text: string): ReadonlyMap<string, readonly Instruction[]> {
  const stages = new Map<string, Instruction[]>();
  let current: Instruction[] = [];
  for (const line of text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')) {
    const [, name = '', rest = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    if (name === 'FROM') stages.set(/ AS (\w+)$/.exec(rest)?.[1] ?? `stage-${String(stages.size)}`, (current = []));
    else if (name !== '') current.push({ name, text: rest });
  }
  return stages;
}

function buildStage(instructions: readonly Instruction[], root: string, stages: string): Image {
  let directory = root;
  const of = (name: string): string => instructions.findLast((instruction) => instruction.name === name)?.text ?? '';
  for (const { name, text } of instructions) {
    if (name === 'WORKDIR') mkdirSync((directory = join(root, text)), { recursive: true });
    else if (name === 'COPY') copy(text.split(' '), directory, stages);
    else if (name === 'RUN') run(text, directory, root);
  }
  const list = (text: string): readonly string[] => (text === '' ? [] : (JSON.parse(text) as readonly string[]));
  return {
    root,
    directory,
    environment: Object.fromEntries([...of('ENV').matchAll(/(\w+)=(\S+)/g)].map(([, key = '', value = '']) => [key, value])),
    command: [...list(of('ENTRYPOINT')), ...list(of('CMD'))],
    healthCheck: list(/CMD (.*)$/.exec(of('HEALTHCHECK'))?.[1] ?? ''),
    user: of('USER'),
  };
}

function copy(words: readonly string[], directory: string, stages: string): void {
  const from = /^--from=(\w+)$/.exec(words[0] ?? '')?.[1];
  const sources = words.slice(from === undefined ? 0 : 1, -1);
  const target = join(directory, words.at(-1) ?? '');
  for (const source of sources) {
    const path = from === undefined ? join(ROOT, source) : join(stages, from, source);
    const isInto = words.at(-1) === './' && from === undefined;
    cpSync(path, isInto ? join(target, basename(source)) : target, { recursive: true });
  }
}

function run(text: string, directory: string, root: string): void {
  if (text.startsWith('npm ci ')) symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  const commands = text.split(' && ').filter((command) => !NOT_RUN.test(command));
  const script = commands.join(' && ').replaceAll(FOLDERS, (path) => root + path);
  const { code, output } = runIn(directory, 'sh', ['-c', script]);
  if (code !== 0) throw new Error(`RUN ${script} ended with ${String(code)}: ${output}`);
}
