import { type LastText, NOTHING, noText, readPlainText, UNFINISHED } from './read-vote-record.ts';
import { Redacted } from './redacted.ts';
import {
  ELECTION_ID,
  REVISION,
  SALT,
  SELECTIONS,
  TOKEN,
  TOKEN_KEY_ID,
  VOTER_REFERENCE,
} from './vote-fields.ts';
import type { VoteRequest } from './vote-request.ts';

/**
 * Reads a `CastVoteRequest` as encoders write it: fields in ascending order, only selections repeated, ASCII texts. Takes a
 * quarter of the time and memory of the generated decoder (docs/design/performance.md); the bytes of the request are views.
 * What both can read, they read alike; `undefined` for every other form, readable or not, and where a contest is named
 * twice.
 * @param from where the request begins in `bytes`; `end` is behind it.
 */
export function readPlainRequest(bytes: Uint8Array, from = 0, end = bytes.length): VoteRequest | undefined {
  const selections: Record<string, readonly string[]> = Object.create(null);
  let electionId: string | undefined = '';
  let [salt, token, tokenKeyId, voterReference] = [NOTHING, NOTHING, NOTHING, NOTHING];
  let [revision, previous] = [0, 0];
  for (let at = from; at < end; ) {
    const tag = bytes[at++] ?? 0;
    if (tag < previous || (tag === previous && tag !== SELECTIONS)) return undefined;
    previous = tag;
    const value = shortVarint(bytes, at, end);
    if (value < 0) return undefined;
    at += value > 0x7f ? 2 : 1;
    if (tag === REVISION) {
      revision = value;
      continue;
    }
    const next = at + value;
    if (next > end) return undefined;
    switch (tag) {
      case ELECTION_ID:
        electionId = readPlainText(bytes, at, value, lastElection);
        if (electionId === undefined) return undefined;
        break;
      case SELECTIONS:
        if (!readContest(bytes, at, next, selections)) return undefined;
        break;
      case SALT:
        salt = bytes.subarray(at, next);
        break;
      case TOKEN:
        token = bytes.subarray(at, next);
        break;
      case TOKEN_KEY_ID:
        tokenKeyId = bytes.subarray(at, next);
        break;
      case VOTER_REFERENCE:
        voterReference = bytes.subarray(at, next);
        break;
      default:
        return undefined;
    }
    at = next;
  }
  return {
    electionId,
    selections: new Redacted(selections),
    salt: new Redacted(salt),
    token: new Redacted(token),
    tokenKeyId,
    revision,
    voterReference: new Redacted(voterReference),
  };
}

/** The same of a `CastVoteStreamRequest`, which has a vote and nothing else. */
export function readPlainStreamRequest(bytes: Uint8Array): VoteRequest | undefined {
  if (bytes[0] !== VOTE) return undefined;
  const length = shortVarint(bytes, 1, bytes.length);
  if (length < 0) return undefined;
  const from = length > 0x7f ? 3 : 2;
  return from + length === bytes.length ? readPlainRequest(bytes, from) : undefined;
}

const VOTE = 0x0a;

/** Of `ContestSelections`. */
const CONTEST_ID = 0x0a;
const OPTION_ID = 0x12;

function readContest(
  bytes: Uint8Array,
  from: number,
  end: number,
  selections: Record<string, readonly string[]>,
): boolean {
  let contestId = '';
  const optionIds: string[] = [];
  for (let at = from; at < end; ) {
    const tag = bytes[at++] ?? 0;
    const length = shortVarint(bytes, at, end);
    at += length > 0x7f ? 2 : 1;
    if (length < 0 || at + length > end) return false;
    const text = readKnownText(bytes, at, length);
    if (text === undefined) return false;
    if (tag === OPTION_ID) optionIds.push(text);
    else if (tag === CONTEST_ID && at === from + 2) contestId = text;
    else return false;
    at += length;
  }
  if (Object.hasOwn(selections, contestId)) return false;
  selections[contestId] = optionIds;
  return true;
}

/** A varint of one or two bytes, none too many; -1 for every other. */
function shortVarint(bytes: Uint8Array, at: number, end: number): number {
  const low = at < end ? (bytes[at] ?? 0) : UNFINISHED;
  if (low <= 0x7f) return low;
  const high = at + 1 < end ? (bytes[at + 1] ?? 0) : UNFINISHED;
  return high > 0x7f || high === 0 ? -1 : (low & 0x7f) | (high << 7);
}

const lastElection = noText();
/**
 * Texts that came before, each where the hash of its bytes says: ballots have few, and nearly all votes name the same. Those that
 * share a place are made anew each time.
 */
const KNOWN_TEXTS = 256;
const known: readonly LastText[] = Array.from({ length: KNOWN_TEXTS }, noText);

function readKnownText(bytes: Uint8Array, at: number, length: number): string | undefined {
  let hash = length;
  for (let i = at; i < at + length; i++) hash = (hash * 31 + (bytes[i] ?? 0)) | 0;
  const last = known[hash & (KNOWN_TEXTS - 1)];
  return last && readPlainText(bytes, at, length, last);
}
