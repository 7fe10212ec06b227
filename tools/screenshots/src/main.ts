import { isUp, openLocalStack } from '@suffrage/demo/local-stack';
import { join } from 'node:path';
import { takePictures } from './take-pictures.ts';

const ROOT = join(import.meta.dirname, '../../..');

const HELP = `make screenshots

Holds a small election on the running local stack (make up), goes through the page with Chromium as a voter and a reader would,
and writes a picture of each view to docs/pictures. Takes about two minutes: an election has to close.

  SUFFRAGE_DATA=DIR  the stack's data (default .data/local)
  OUT=DIR            where the pictures go (default docs/pictures)`;

const say = (line: string) => process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  const dataDirectory = process.env.SUFFRAGE_DATA ?? join(ROOT, '.data/local');
  if (!isUp(dataDirectory)) throw new Error('the stack is not up: run make up');
  await takePictures(openLocalStack(dataDirectory), process.env.OUT ?? join(ROOT, 'docs/pictures'), say);
}

if (process.argv.includes('--help')) {
  say(HELP);
} else {
  await main().catch((error: unknown) => {
    process.stderr.write(`screenshots: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
