import { createReadStream, statSync } from 'node:fs';

/** Lines that go to one thread at a time: about 0.3 s of verifying. */
const BATCH_LINES = 1_000;

/** A journal up to where it reached at one moment; whatever is appended later is the next audit's. */
export type Journal = { readonly file: string; readonly bytes: number };

/** Consecutive lines of a journal, without their ends. */
export type JournalLines = {
  readonly file: string;
  readonly first: number;
  readonly lines: readonly string[];
};

/** @throws Error when there is no such file. */
export function openJournal(file: string): Journal {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found?.isFile()) throw new Error(`there is no journal ${file}`);
  return { file, bytes: found.size };
}

/**
 * The whole lines of a journal, some at a time. Its last line counts only if it is ended: whoever wrote it may have been
 * killed on the way.
 */
export async function* readJournal({ file, bytes }: Journal): AsyncGenerator<JournalLines, void> {
  if (bytes === 0) return;
  let first = 1;
  let lines: string[] = [];
  let rest = '';
  for await (const chunk of createReadStream(file, { end: bytes - 1, encoding: 'utf8' })) {
    const parts = `${rest}${String(chunk)}`.split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) {
      lines.push(line);
      if (lines.length < BATCH_LINES) continue;
      yield { file, first, lines };
      first += lines.length;
      lines = [];
    }
  }
  if (lines.length > 0) yield { file, first, lines };
}
