import type { LoadElection } from './load-election.ts';
import { makeVote } from './make-vote.ts';

const NEWLINE = 0x0a;
const SPACE = 0x20;
/** Contest `council` with two options instead of none: `"council-1","council-2"`. */
const LONGEST_MORE = 23;

/** Bytes of each line, newline included: all lines of one election are equally long. */
export function lineBytesOf(load: LoadElection): number {
  const { selections, ...rest } = makeVote(load, 0);
  const shortest = { selections: { ...selections, council: [] }, ...rest };
  return Buffer.byteLength(JSON.stringify(shortest)) + LONGEST_MORE + 1;
}

/**
 * `count` lines from place `from` on: the request body as JSON, filled up with spaces, which JSON allows, and a newline.
 * So the vote at a place is found without reading what comes before it.
 */
export function voteLines(load: LoadElection, lineBytes: number, from: number, count: number): Buffer {
  const lines = Buffer.alloc(count * lineBytes, SPACE);
  for (let place = 0; place < count; place += 1) {
    const end = (place + 1) * lineBytes - 1;
    const body = JSON.stringify(makeVote(load, from + place));
    if (body.length >= lineBytes) throw new Error('a vote is longer than its line');
    lines.write(body, place * lineBytes, 'latin1');
    lines[end] = NEWLINE;
  }
  return lines;
}
