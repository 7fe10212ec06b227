import { fdatasync, write } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { receiptSchema } from '@suffrage/contracts/receipt';
import { z } from 'zod';

/**
 * What a client of the suite knows, kept outside of it, newline JSON. `intent` is on disk before the first request leaves;
 * the other kinds say how it ended: with a receipt, surely not stored, or without certainty. Vote IDs are base64url.
 */
const journalEntry = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('intent'), electionId: z.string(), voteId: z.string(), at: z.number() }),
  z.strictObject({ kind: z.literal('receipt'), receipt: receiptSchema, at: z.number() }),
  z.strictObject({
    kind: z.literal('refused'),
    electionId: z.string(),
    voteId: z.string(),
    code: z.string(),
    at: z.number(),
  }),
  z.strictObject({ kind: z.literal('unknown'), electionId: z.string(), voteId: z.string(), at: z.number() }),
]);
export type JournalEntry = z.infer<typeof journalEntry>;

export type Journal = {
  readonly file: string;
  /** Resolves when the entry is on disk. Entries that wait together share one fdatasync. */
  write(entry: JournalEntry): Promise<void>;
  close(): Promise<void>;
};

const writeTo = promisify(write);
const sync = promisify(fdatasync);

export async function openJournal(file: string): Promise<Journal> {
  const handle = await open(file, 'a', 0o600);
  let lines: string[] = [];
  let next: Promise<void> | undefined;
  let writing: Promise<void> = Promise.resolve();

  const flush = async () => {
    await writing;
    next = undefined;
    const text = Buffer.from(lines.join(''));
    lines = [];
    writing = writeTo(handle.fd, text).then(() => sync(handle.fd));
    await writing;
  };
  return {
    file,
    write(entry) {
      lines.push(`${JSON.stringify(entry)}\n`);
      return (next ??= flush());
    },
    close: async () => {
      await next;
      await writing;
      await handle.close();
    },
  };
}

/** @throws Error when a line is not an entry: a journal that can't be read proves nothing. */
export async function readJournal(file: string): Promise<JournalEntry[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter(line => line !== '');
  return lines.map(line => journalEntry.parse(JSON.parse(line)));
}
