import type { VoteRecord } from './generated/suffrage/v1/vote_record.ts';
import {
  ELECTION_ID,
  INSTANCE,
  REVISION,
  SALT,
  SELECTIONS,
  TOKEN,
  TOKEN_KEY_ID,
  VOTER_REFERENCE,
} from './vote-fields.ts';

export const NOTHING: Uint8Array = new Uint8Array(0);

/** Where the fields of a vote record lie; used anew for the next one. */
export type PlainFields = {
  electionAt: number;
  electionLength: number;
  selectionsAt: number;
  selectionsLength: number;
  saltAt: number;
  saltLength: number;
  tokenAt: number;
  tokenLength: number;
  tokenKeyIdAt: number;
  tokenKeyIdLength: number;
  revision: number;
  voterReferenceAt: number;
  voterReferenceLength: number;
  instanceAt: number;
  instanceLength: number;
};

export function noPlainFields(): PlainFields {
  return {
    electionAt: 0,
    electionLength: 0,
    selectionsAt: 0,
    selectionsLength: 0,
    saltAt: 0,
    saltLength: 0,
    tokenAt: 0,
    tokenLength: 0,
    tokenKeyIdAt: 0,
    tokenKeyIdLength: 0,
    revision: 0,
    voterReferenceAt: 0,
    voterReferenceLength: 0,
    instanceAt: 0,
    instanceLength: 0,
  };
}

/**
 * Finds the fields of a vote record in the form in which encoders write it: in ascending order, none twice. Makes no
 * object. `false` for every other form, readable or not: the generated decoder decides about it.
 * @param from where the record begins in `bytes`; `end` is behind it.
 */
export function findPlainFields(bytes: Uint8Array, from: number, end: number, fields: PlainFields): boolean {
  fields.electionLength = 0;
  fields.selectionsLength = 0;
  fields.saltLength = 0;
  fields.tokenLength = 0;
  fields.tokenKeyIdLength = 0;
  fields.revision = 0;
  fields.voterReferenceLength = 0;
  fields.instanceLength = 0;
  let previous = 0;
  for (let at = from; at < end; ) {
    const tag = bytes[at++] ?? 0;
    if (tag <= previous) return false;
    previous = tag;
    // The length of the field, or the revision: a varint, here of one or two bytes.
    let value = at < end ? (bytes[at++] ?? UNFINISHED) : UNFINISHED;
    if (value > 0x7f) {
      const high = at < end ? (bytes[at++] ?? UNFINISHED) : UNFINISHED;
      if (high > 0x7f) return false;
      value = (value & 0x7f) | (high << 7);
    }
    if (tag === REVISION) {
      fields.revision = value;
      continue;
    }
    if (at + value > end || !setField(fields, tag, at, value)) return false;
    at += value;
  }
  return true;
}

function setField(fields: PlainFields, tag: number, at: number, length: number): boolean {
  switch (tag) {
    case ELECTION_ID:
      fields.electionAt = at;
      fields.electionLength = length;
      return true;
    case SELECTIONS:
      fields.selectionsAt = at;
      fields.selectionsLength = length;
      return true;
    case SALT:
      fields.saltAt = at;
      fields.saltLength = length;
      return true;
    case TOKEN:
      fields.tokenAt = at;
      fields.tokenLength = length;
      return true;
    case TOKEN_KEY_ID:
      fields.tokenKeyIdAt = at;
      fields.tokenKeyIdLength = length;
      return true;
    case VOTER_REFERENCE:
      fields.voterReferenceAt = at;
      fields.voterReferenceLength = length;
      return true;
    case INSTANCE:
      fields.instanceAt = at;
      fields.instanceLength = length;
      return true;
    default:
      return false;
  }
}

/** Used anew: reading is synchronous. */
const found = noPlainFields();

/**
 * Reads a vote record in plain form (see `findPlainFields`) whose texts are ASCII. That takes a fifth of the time of the
 * generated decoder (docs/design/performance.md). What both can read, they read alike; `undefined` for what only the
 * generated decoder can decide about.
 */
export function readPlainRecord(bytes: Uint8Array): VoteRecord | undefined {
  if (!findPlainFields(bytes, 0, bytes.length, found)) return undefined;
  const electionId = readPlainText(bytes, found.electionAt, found.electionLength, lastElection);
  const instance = readPlainText(bytes, found.instanceAt, found.instanceLength, lastInstance);
  if (electionId === undefined || instance === undefined) return undefined;
  const view = (at: number, length: number) => (length === 0 ? NOTHING : bytes.subarray(at, at + length));
  return {
    electionId,
    selections: view(found.selectionsAt, found.selectionsLength),
    salt: view(found.saltAt, found.saltLength),
    token: view(found.tokenAt, found.tokenLength),
    tokenKeyId: view(found.tokenKeyIdAt, found.tokenKeyIdLength),
    revision: found.revision,
    voterReference: view(found.voterReferenceAt, found.voterReferenceLength),
    instance,
  };
}

/** Stands for what is behind the end: no varint ends with it. */
export const UNFINISHED = 0xff;

/** The text of the record before: nearly always the next one has the same. */
export type LastText = { bytes: Uint8Array; text: string };
export const noText = (): LastText => ({ bytes: NOTHING, text: '' });
const lastElection = noText();
const lastInstance = noText();

const MAX_CHARACTERS = 255;

/** A text field that was found; `undefined` when it is not ASCII, or is long. */
export function readPlainText(
  bytes: Uint8Array,
  at: number,
  length: number,
  last: LastText,
): string | undefined {
  if (isAt(last.bytes, bytes, at, length)) return last.text;
  if (length > MAX_CHARACTERS) return undefined;
  // A copy: the buffer of a whole fetch must not stay for it.
  const own = new Uint8Array(bytes.subarray(at, at + length));
  for (const byte of own) if (byte > 0x7f) return undefined;
  last.bytes = own;
  last.text = String.fromCharCode(...own);
  return last.text;
}

function isAt(wanted: Uint8Array, bytes: Uint8Array, at: number, length: number): boolean {
  if (length !== wanted.length) return false;
  for (let i = 0; i < length; i++) if (wanted[i] !== bytes[at + i]) return false;
  return true;
}
