import { compileMessage } from '@lingui/message-utils/compileMessage';
import react from '@vitejs/plugin-react';
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

/** Writes `.br` and `.gz` beside each text asset, so that the server compresses nothing while it serves. */
function precompress(): Plugin {
  return {
    name: 'precompress',
    apply: 'build',
    async writeBundle({ dir = '' }) {
      const names = await readdir(join(dir, 'assets'), { recursive: true });
      await Promise.all(
        names.filter(name => /\.(?:js|css)$/.test(name)).map(name => compressFile(join(dir, 'assets', name))),
      );
    },
  };
}

async function compressFile(path: string): Promise<void> {
  const content = await readFile(path);
  await writeFile(`${path}.br`, await promisify(brotliCompress)(content));
  await writeFile(`${path}.gz`, await promisify(gzip)(content, { level: 9 }));
}

/** Compiles the page's messages while it is built: browsers get no parser, and nothing is ever evaluated. */
function compileMessages(): Plugin {
  return {
    name: 'compile-messages',
    async load(id) {
      if (!/\/catalogs\/[a-z]+\.ts$/.test(id)) return null;
      const { messages }: { messages: Record<string, string> } = await import(id);
      const compiled = Object.entries(messages).map(([name, text]) => [name, compileMessage(text)]);
      return `export const messages = ${JSON.stringify(Object.fromEntries(compiled))};`;
    },
  };
}

const SERVICE_WORKER = 'service-worker.js';
/** What only managers load; no voter's device keeps it, as nobody manages without a network. */
const MANAGING = 'assets/manage';

/** Tells the service worker which files the page consists of, under a name that changes with them. */
function listShell(): Plugin {
  return {
    name: 'list-shell',
    apply: 'build',
    // After all that names files by their content, `index.html` included.
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const worker = bundle[SERVICE_WORKER];
        const page = bundle['index.html'];
        if (worker?.type !== 'chunk' || page?.type !== 'asset') throw new Error('the page has no shell');
        const built = Object.keys(bundle).filter(
          name => name.startsWith('assets/') && !name.startsWith(MANAGING),
        );
        const files = ['/', '/favicon.svg', '/manifest.webmanifest', ...built.map(name => `/${name}`)];
        const hash = createHash('sha256').update(files.join()).update(page.source).digest('hex');
        const shell = { name: `shell-${hash.slice(0, 12)}`, files };
        worker.code = `const SHELL = ${JSON.stringify(shell)};\n${worker.code}`;
      },
    },
  };
}

/** The libraries and the few modules of our own that are behind every view. */
const PAGE =
  /node_modules\/(?:react|react-dom|scheduler|wouter|@lingui|regexparam|use-sync-external-store)\/|\/web\/src\/(?:route|text|format|hooks)\.ts|\/web\/src\/(?:api|shell)\/|\/web\/src\/language\/[^/]+$|\/web\/src\/views\/(?:badges|message|no-election|shell)\.tsx/;

export default defineConfig({
  plugins: [react(), compileMessages(), listShell(), precompress()],
  build: {
    target: 'es2023',
    // The polyfill would be an inline script; browsers that run the rest preload by themselves.
    modulePreload: { polyfill: false },
    // Small images as `data:` addresses would need an exception in the Content-Security-Policy.
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: { index: 'index.html', 'service-worker': 'src/offline/service-worker.ts' },
      output: {
        // What every view needs in one file: each further one compresses worse, and has to be named.
        codeSplitting: { groups: [{ name: 'page', test: PAGE }] },
        // A service worker's address is its identity, and its place bounds what it serves.
        entryFileNames: ({ name }) =>
          name === 'service-worker' ? SERVICE_WORKER : 'assets/[name]-[hash].js',
        chunkFileNames: ({ moduleIds }) =>
          moduleIds.some(id => id.includes('/src/manage/catalogs/'))
            ? 'assets/manage-[name]-[hash].js'
            : 'assets/[name]-[hash].js',
      },
    },
  },
  // `vite` alone serves sources while the page is worked on; the rest comes from a running stack.
  server: { proxy: { '/api': { target: 'http://127.0.0.1:8088', ws: true } } },
});
