import { createHash } from 'node:crypto';
import { type Election, prepareElection } from '@suffrage/contracts/ballot';
import { electionDefinition, type PublicKey } from '@suffrage/contracts/election';
import { Redacted } from '@suffrage/contracts/redacted';
import { encodeSelections } from '@suffrage/contracts/selections';
import { ballotKey, shardOf } from '@suffrage/contracts/shards';
import { encodeVoteRecord } from '@suffrage/contracts/vote';
import { voteId } from '@suffrage/contracts/vote-id';

/** What the one who made a record knows of it: the audit has to find it out. */
export type Truth =
  | { readonly kind: 'unreadable' }
  | {
      readonly kind: 'refused';
      readonly electionId: string;
      readonly code: string;
      readonly voteId: Buffer | null;
    }
  | {
      readonly kind: 'valid';
      readonly electionId: string;
      readonly ballotKey: Buffer;
      readonly voteId: Buffer;
      readonly revision: number;
      readonly selections: Buffer;
      readonly marks: readonly (readonly number[])[];
      readonly instance: string;
    };

export type Entry = {
  readonly partition: number;
  readonly castAt: number;
  readonly value: Buffer;
  readonly truth: Truth;
};

/** Signs vote IDs as a registrar does. */
export type Signer = {
  readonly keyId: Uint8Array;
  sign(claim: {
    electionId: string;
    voteId: Uint8Array;
    voterReference: Uint8Array;
    revision: number;
  }): Uint8Array;
};

export const OPENS_AT = Date.parse('2026-05-07T07:00:00Z');

/** Two contests with options a, b and c: exactly one of them, and one to three. */
export const testContests = [contest('first', 1), contest('all', 3)];

function contest(id: string, maxSelections: number) {
  const options = ['a', 'b', 'c'].map(name => ({ id: name, title: { en: name } }));
  return { id, title: { en: id }, minSelections: 1, maxSelections, options };
}

export function testElection(
  id: string,
  mode: 'secret' | 'pseudonymous',
  tokenKey: PublicKey,
  opensAt = OPENS_AT,
): Election {
  return prepareElection(
    electionDefinition.parse({
      id,
      title: { en: id },
      contests: testContests,
      mode,
      eligibility: 'open',
      revote: mode === 'pseudonymous' ? 'last' : 'none',
      opensAt: new Date(opensAt).toISOString(),
      closesAt: new Date(opensAt + 15 * 3_600_000).toISOString(),
      timeZone: 'Europe/London',
      resultsPolicy: 'live',
      issuerName: 'registrar.example',
      tokenKeys: [tokenKey],
      receiptKeys: [tokenKey],
    }),
  );
}

export type Spoiling = 'token' | 'selections' | 'late' | 'election' | 'bytes';
export type VoteOptions = {
  readonly election: Election;
  readonly signer: Signer;
  /** Whose vote: equal voters have equal ballot keys in `pseudonymous` elections, equal votes in `secret` ones. */
  readonly voter: number;
  readonly revision: number;
  /** Index of the marked option of contest `first`; contest `all` marks it and all below it. */
  readonly choice: number;
  readonly instance: string;
  readonly castAt?: number;
  readonly spoil?: Spoiling | undefined;
  readonly partitions: number;
  readonly shards: number;
  /** Which of the shard's partitions. */
  readonly lane: number;
};

/** A record of topic `votes`, and what is true of it. Equal options make equal bytes. */
export function makeEntry(options: VoteOptions): Entry {
  const { election, signer, revision, choice, instance, spoil, partitions, shards, lane } = options;
  const electionId = election.definition.id;
  const secret = election.definition.mode === 'secret';
  const marks = [[choice], Array.from({ length: choice + 1 }, (_, index) => index)];
  const salt = digest(`salt ${options.voter} ${revision} ${choice}`);
  const voterReference = secret ? new Uint8Array(0) : digest(`voter ${options.voter}`);
  const selections = spoil === 'selections' ? Buffer.of(9, 9) : Buffer.from(encodeSelections(marks));
  const id = Buffer.from(voteId(election.ballotHash, salt, selections));
  const token = signer.sign({ electionId, voteId: id, voterReference, revision });
  if (spoil === 'token') token[0] = (token[0] ?? 0) ^ 1;
  const named = spoil === 'election' ? 'no-such-election' : electionId;
  const value = encodeVoteRecord(
    {
      electionId: named,
      selections: new Redacted(selections),
      salt: new Redacted(salt),
      token: new Redacted(token),
      tokenKeyId: signer.keyId,
      revision,
      voterReference: new Redacted(voterReference),
    },
    instance,
  );
  const key = Buffer.from(ballotKey(id, voterReference));
  const castAt = spoil === 'late' ? election.closesAt : (options.castAt ?? election.opensAt + 1_000);
  const place = { partition: shardOf(key, shards) + shards * (lane % (partitions / shards)), castAt };
  if (spoil === 'bytes') return { ...place, value: Buffer.of(255, 255, 255), truth: { kind: 'unreadable' } };
  const record = { ...place, value: Buffer.from(value) };
  if (spoil) {
    const known = spoil === 'election' ? null : id;
    return { ...record, truth: { kind: 'refused', electionId: named, code: codeOf(spoil), voteId: known } };
  }
  const truth = {
    kind: 'valid',
    electionId,
    ballotKey: key,
    voteId: id,
    revision,
    selections,
    marks,
    instance,
  } as const;
  return { ...record, truth };
}

function codeOf(spoil: Exclude<Spoiling, 'bytes'>): string {
  switch (spoil) {
    case 'token':
      return 'token-invalid';
    case 'selections':
      return 'selections-invalid';
    case 'late':
      return 'election-closed';
    case 'election':
      return 'election-unknown';
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
