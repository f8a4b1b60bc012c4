import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

const KIB = 1024;
/** What the first load may weigh, compressed by gzip. */
const BUDGET = { js: 80 * KIB, css: 10 * KIB };
/** Of what is worth compressing. */
const TEXT = /\.(js|css|html|svg)$/;

interface Weighed {
  readonly type: string;
  readonly fileName: string;
  readonly code?: string;
  readonly isEntry?: boolean;
  readonly imports?: readonly string[];
  readonly viteMetadata?: { readonly importedCss: ReadonlySet<string> } | undefined;
  readonly source?: string | Uint8Array;
}

/** Fails the build when what a browser loads before the first screen is heavier than the budget. */
function budget(): Plugin {
  return {
    name: 'polyvec:budget',
    generateBundle(_options, bundle) {
      const files = bundle as unknown as Record<string, Weighed>;
      const weight = firstLoad(files);
      const said = `first load: ${kilobytes(weight.js)} of JavaScript, ${kilobytes(weight.css)} of CSS, compressed by gzip`;
      if (weight.js > BUDGET.js || weight.css > BUDGET.css) {
        this.error(`${said}; allowed are ${kilobytes(BUDGET.js)} and ${kilobytes(BUDGET.css)}`);
      }
      this.info(said);
    },
  };
}

/** The bytes of the entry and of everything that it imports statically. */
function firstLoad(files: Readonly<Record<string, Weighed>>): { readonly js: number; readonly css: number } {
  const chunks = new Set(Object.values(files).flatMap((file) => (file.isEntry === true ? [file.fileName] : [])));
  for (const name of chunks) files[name]?.imports?.forEach((imported) => chunks.add(imported));
  const styles = new Set([...chunks].flatMap((name) => [...(files[name]?.viteMetadata?.importedCss ?? [])]));
  return {
    js: sum([...chunks].map((name) => files[name]?.code ?? '')),
    css: sum([...styles].map((name) => files[name]?.source ?? '')),
  };
}

function sum(contents: readonly (string | Uint8Array)[]): number {
  return contents.reduce((bytes, content) => bytes + gzipSync(content).byteLength, 0);
}

function kilobytes(bytes: number): string {
  return `${(bytes / KIB).toFixed(1)} kB`;
}

/** Puts `.br` and `.gz` beside each file, so that the gateway compresses nothing. */
function compressed(): Plugin {
  return {
    name: 'polyvec:compressed',
    writeBundle({ dir }) {
      if (dir === undefined) return;
      for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !TEXT.test(entry.name)) continue;
        const file = join(entry.parentPath, entry.name);
        const content = readFileSync(file);
        writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
        writeFileSync(
          `${file}.br`,
          brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }),
        );
      }
    },
  };
}

/** `POLYVEC_CONSOLE_URL` is the console port of a running gateway, for `npx vite console`. */
const gateway = process.env['POLYVEC_CONSOLE_URL'] ?? 'http://127.0.0.1:8080';
const proxied = ['/console/api', '/docs', '/chroma/', '/pinecone/', '/vectorizer/'];
// as if the page came from the gateway, which answers its own pages only
const target = { target: gateway, changeOrigin: true, headers: { origin: gateway } };
const proxy = Object.fromEntries(proxied.map((path) => [path, target]));

export default defineConfig({
  root: import.meta.dirname,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [budget(), compressed()],
  server: { proxy },
  preview: { proxy },
  worker: { format: 'es' },
  build: {
    outDir: '../dist/console/page',
    emptyOutDir: true,
    target: 'es2022',
    // nothing is written into the page that the policy would have to allow
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 300,
    rolldownOptions: { checks: { bundlerTimings: false } },
  },
});
