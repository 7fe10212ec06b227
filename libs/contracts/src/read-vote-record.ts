import type { VoteRecord } from './generated/suffrage/v1/vote_record.ts';

const NOTHING: Uint8Array = new Uint8Array(0);

/**
 * Reads a vote record in the form in which encoders write it: fields in ascending order, none twice, texts in ASCII.
 * That takes a fifth of the time of the generated decoder (docs/design/performance.md). `undefined` for every other
 * form, readable or not: the generated decoder decides about it. What both can read, they read alike.
 */
export function readPlainRecord(bytes: Uint8Array): VoteRecord | undefined {
  const end = bytes.length;
  let electionId: string | undefined = '';
  let selections = NOTHING;
  let salt = NOTHING;
  let token = NOTHING;
  let tokenKeyId = NOTHING;
  let revision = 0;
  let voterReference = NOTHING;
  let instance: string | undefined = '';
  let previous = 0;
  for (let at = 0; at < end; ) {
    const tag = bytes[at++] ?? 0;
    if (tag <= previous) return undefined;
    previous = tag;
    // The length of the field, or the revision: a varint, here of one or two bytes.
    let value = bytes[at++] ?? UNFINISHED;
    if (value > 0x7f) {
      const high = bytes[at++] ?? UNFINISHED;
      if (high > 0x7f) return undefined;
      value = (value & 0x7f) | (high << 7);
    }
    if (tag === REVISION) {
      revision = value;
      continue;
    }
    const from = at;
    at += value;
    if (at > end) return undefined;
    if (tag === ELECTION_ID) electionId = readText(bytes, from, at, lastElection);
    else if (tag === SELECTIONS) selections = bytes.subarray(from, at);
    else if (tag === SALT) salt = bytes.subarray(from, at);
    else if (tag === TOKEN) token = bytes.subarray(from, at);
    else if (tag === TOKEN_KEY_ID) tokenKeyId = bytes.subarray(from, at);
    else if (tag === VOTER_REFERENCE) voterReference = bytes.subarray(from, at);
    else if (tag === INSTANCE) instance = readText(bytes, from, at, lastInstance);
    else return undefined;
  }
  if (electionId === undefined || instance === undefined) return undefined;
  return { electionId, selections, salt, token, tokenKeyId, revision, voterReference, instance };
}

/** Field number and wire type: the first byte of each field. */
const ELECTION_ID = 0x0a;
const SELECTIONS = 0x12;
const SALT = 0x1a;
const TOKEN = 0x22;
const TOKEN_KEY_ID = 0x2a;
const REVISION = 0x30;
const VOTER_REFERENCE = 0x3a;
const INSTANCE = 0x42;

/** Stands for what is behind the end: no varint ends with it. */
const UNFINISHED = 0xff;

/** The text of the record before: nearly always the next one has the same. */
type LastText = { bytes: Uint8Array; text: string };
const lastElection: LastText = { bytes: NOTHING, text: '' };
const lastInstance: LastText = { bytes: NOTHING, text: '' };

const MAX_CHARACTERS = 255;

/** `undefined` when the text is not ASCII, or is long. */
function readText(bytes: Uint8Array, from: number, to: number, last: LastText): string | undefined {
  if (isAt(last.bytes, bytes, from, to)) return last.text;
  if (to - from > MAX_CHARACTERS) return undefined;
  // A copy: the buffer of a whole fetch must not stay for it.
  const own = new Uint8Array(bytes.subarray(from, to));
  for (const byte of own) if (byte > 0x7f) return undefined;
  last.bytes = own;
  last.text = String.fromCharCode(...own);
  return last.text;
}

function isAt(wanted: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from !== wanted.length) return false;
  for (let i = 0; i < wanted.length; i++) if (wanted[i] !== bytes[from + i]) return false;
  return true;
}
