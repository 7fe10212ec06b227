import { execFileSync } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const WEB = fileURLToPath(new URL('..', import.meta.url));

/** Builds the page from the sources of now, apart from `dist`, which a running stack may be serving; its directory. */
export async function buildPage(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'page-'));
  const build = ['build', '--outDir', directory, '--emptyOutDir'];
  execFileSync(process.execPath, [`${WEB}node_modules/vite/bin/vite.js`, ...build], {
    cwd: WEB,
    // Jest's `test` would give a page of React's development build, three times as large and without its service worker.
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: 'pipe',
  });
  return directory;
}
