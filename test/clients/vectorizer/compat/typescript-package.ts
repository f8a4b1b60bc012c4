import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Outcome, ROOT, run, runWell } from './programs.js';

const SOURCE = join(ROOT, 'clients/typescript');
const COMPILER = join(ROOT, 'node_modules/typescript/bin/tsc');

/** A project of a user's own that has the TypeScript client installed. */
export interface UserProject {
  readonly directory: string;
  /** The built package in it, as it would be published. */
  readonly packageDirectory: string;
  /** Compiles strictly a program whose file this is to be, and runs it. @throws Error when it does not compile */
  runProgram(name: string, source: string): Promise<Outcome>;
  remove(): Promise<void>;
}

/** Builds the package with its own configuration, outside of its folder. */
export async function createUserProject(): Promise<UserProject> {
  const directory = await mkdtemp(join(tmpdir(), 'polyvec-typescript-client-'));
  const packageDirectory = join(directory, 'node_modules/@polyvec/vectorizer');
  await mkdir(packageDirectory, { recursive: true });
  await runWell(process.execPath, [COMPILER, '-p', SOURCE, '--outDir', join(packageDirectory, 'dist')]);
  await cp(join(SOURCE, 'package.json'), join(packageDirectory, 'package.json'));
  await cp(join(SOURCE, 'README.md'), join(packageDirectory, 'README.md'));
  await writeFile(join(directory, 'package.json'), JSON.stringify({ type: 'module', private: true }));
  return {
    directory,
    packageDirectory,
    runProgram: async (name, source) => {
      await writeFile(join(directory, `${name}.ts`), source);
      await writeFile(
        join(directory, 'tsconfig.json'),
        JSON.stringify({ compilerOptions: COMPILER_OPTIONS, files: [`${name}.ts`] }),
      );
      await runWell(process.execPath, [COMPILER, '-p', directory]);
      return run(process.execPath, [join(directory, `${name}.js`)], { directory });
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

const COMPILER_OPTIONS = {
  target: 'es2022',
  lib: ['es2022', 'dom'],
  module: 'nodenext',
  strict: true,
  exactOptionalPropertyTypes: true,
  types: [],
};
