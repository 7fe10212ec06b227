import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { z } from 'zod';
import { type LoadElection, loadElection, type VotesPlan } from './load-election.ts';
import { lineBytesOf } from './vote-lines.ts';
import type { Assignment, LinesTask } from './worker.ts';

/** Grows when the same seed no longer gives the same bytes. */
const FORMAT = 1;
/** Half a second of work for `secret`: small beside the whole, large beside handing it over. */
const VOTES_PER_TASK = 1_000;

const manifest = z.strictObject({
  format: z.literal(FORMAT),
  electionId: z.string(),
  mode: z.enum(['secret', 'pseudonymous']),
  seed: z.int(),
  votesPerVoter: z.int(),
  votes: z.int(),
  /** Of each line, spaces and newline included: vote `i` begins at byte `i * lineBytes`. */
  lineBytes: z.int(),
  bytes: z.int(),
  sha256: z.string(),
});
export type VotesManifest = z.infer<typeof manifest>;

export type VotesFile = {
  /** Absolute. */
  readonly path: string;
  readonly manifest: VotesManifest;
  readonly load: LoadElection;
};

export type VotesOptions = VotesPlan & {
  readonly votes: number;
  /** Default `votesDirectory()`. */
  readonly directory?: string;
  /** Default: all cores. */
  readonly threads?: number;
  readonly onProgress?: (done: number, total: number) => void;
};

/** `SUFFRAGE_CACHE/votes` where that is set, else `out/votes` of the checkout. */
export function votesDirectory(): string {
  const cache = process.env.SUFFRAGE_CACHE;
  return cache ? resolve(cache, 'votes') : resolve(import.meta.dirname, '../../out/votes');
}

/**
 * The file of these votes; makes it on all cores unless an earlier run has made it. It appears under its name only when
 * it is whole.
 * @throws Error when the plan can't be, or the disk is full.
 */
export async function votesFile(options: VotesOptions): Promise<VotesFile> {
  const { mode, seed, votesPerVoter, votes, directory = votesDirectory() } = options;
  if (!Number.isInteger(votes) || votes < 1)
    throw new Error('the number of votes must be a whole number from 1 on');
  const load = loadElection({ mode, seed, votesPerVoter });
  mkdirSync(directory, { recursive: true });
  const path = join(directory, `${load.id}-${votes}.jsonl`);
  const known = readManifest(path);
  if (known) return { path, manifest: known, load };
  const lineBytes = lineBytesOf(load);
  const partial = `${path}.${process.pid}.partial`;
  const file = await open(partial, 'w');
  try {
    const sha256 = await writeLines(file, load, lineBytes, options);
    await file.close();
    const made = { electionId: load.id, mode, seed, votesPerVoter, votes, lineBytes };
    const whole: VotesManifest = { format: FORMAT, ...made, bytes: votes * lineBytes, sha256 };
    renameSync(partial, path);
    writeFileSync(manifestPath(path), `${JSON.stringify(whole, null, 2)}\n`);
    return { path, manifest: whole, load };
  } catch (error) {
    await file.close();
    rmSync(partial, { force: true });
    throw error;
  }
}

/** Bodies from place `from` on, as they are sent, spaces included; fewer at the end of the file. */
export async function readBodies(
  { path, manifest: { lineBytes } }: VotesFile,
  from: number,
  count: number,
): Promise<Buffer[]> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(
      Buffer.alloc(count * lineBytes),
      0,
      count * lineBytes,
      from * lineBytes,
    );
    return Array.from({ length: bytesRead / lineBytes }, (_, place) =>
      buffer.subarray(place * lineBytes, (place + 1) * lineBytes - 1),
    );
  } finally {
    await file.close();
  }
}

const manifestPath = (path: string) => path.replace(/\.jsonl$/, '.json');

/** Nothing where there is no whole file of this format. */
function readManifest(path: string): VotesManifest | undefined {
  if (!existsSync(manifestPath(path)) || !existsSync(path)) return undefined;
  const parsed = manifest.safeParse(JSON.parse(readFileSync(manifestPath(path), 'utf8')));
  return parsed.success && statSync(path).size === parsed.data.bytes ? parsed.data : undefined;
}

/** In order, and with a few pieces in memory only. Gives the SHA-256 of all of it, hex. */
async function writeLines(
  file: FileHandle,
  { plan }: LoadElection,
  lineBytes: number,
  { votes, threads = availableParallelism(), onProgress = () => undefined }: VotesOptions,
): Promise<string> {
  const wanted = Math.min(threads, Math.ceil(votes / VOTES_PER_TASK));
  const pool = new Piscina<LinesTask, Uint8Array>({
    filename: fileURLToPath(new URL('worker.ts', import.meta.url)),
    name: 'makeLines',
    minThreads: wanted,
    maxThreads: wanted,
    workerData: { plan, lineBytes } satisfies Assignment,
  });
  const sum = createHash('sha256');
  const underWay: { readonly count: number; readonly lines: Promise<Uint8Array> }[] = [];
  let done = 0;
  const writeFirst = async () => {
    const first = underWay.shift();
    if (!first) return;
    const lines = await first.lines;
    sum.update(lines);
    await file.writeFile(lines);
    done += first.count;
    onProgress(done, votes);
  };
  try {
    for (let from = 0; from < votes; from += VOTES_PER_TASK) {
      const count = Math.min(VOTES_PER_TASK, votes - from);
      const lines = pool.run({ from, count });
      // When one piece fails, the others end with the pool, and nobody waits for them.
      lines.catch(() => undefined);
      underWay.push({ count, lines });
      if (underWay.length >= 2 * wanted) await writeFirst();
    }
    while (underWay.length > 0) await writeFirst();
    return sum.digest('hex');
  } finally {
    await pool.destroy();
  }
}
