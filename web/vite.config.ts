import react from '@vitejs/plugin-react';
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
      const names = await readdir(join(dir, 'assets'));
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

export default defineConfig({
  plugins: [react(), precompress()],
  build: {
    target: 'es2023',
    // The polyfill would be an inline script; browsers that run the rest preload by themselves.
    modulePreload: { polyfill: false },
    // Small images as `data:` addresses would need an exception in the Content-Security-Policy.
    assetsInlineLimit: 0,
  },
  // `vite` alone serves sources while the page is worked on; the rest comes from a running stack.
  server: { proxy: { '/api': { target: 'http://127.0.0.1:8088', ws: true } } },
});
