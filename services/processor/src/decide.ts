import { binaryText, compareBytes } from '@suffrage/contracts/bytes';
import type { ErrorCode } from '@suffrage/contracts/errors';

/** Where a record lies and when ingestion appended it. */
export type Position = {
  readonly offset: bigint /** Milliseconds since 1970. */;
  readonly timestamp: number;
};

/** A verified vote that may be counted. */
export type Candidate = Position & {
  readonly electionId: string;
  readonly voteId: Uint8Array;
  readonly ballotKey: Uint8Array;
  readonly revision: number;
  /** Canonical bytes. */
  readonly selections: Uint8Array;
  /** The ingestion process that appended it. */
  readonly instance: string;
};

/** What makes two records the same vote. */
export type Identified = Pick<Candidate, 'electionId' | 'ballotKey' | 'voteId' | 'revision'>;

/** What looking at one record on its own has shown. */
export type Judged =
  | { readonly kind: 'valid'; readonly candidate: Candidate }
  | (Position & {
      readonly kind: 'already-counted';
      readonly electionId: string;
      readonly voteId: Uint8Array;
    })
  | (Position & {
      readonly kind: 'refused';
      readonly electionId: string;
      readonly voteId: Uint8Array | null;
      readonly code: ErrorCode;
    })
  | (Position & { readonly kind: 'unreadable' })
  | (Position & {
      readonly kind: 'database-refused';
      readonly electionId: string;
      readonly voteId: Uint8Array;
      readonly record: Uint8Array;
    });

/** A record that is not counted, and why. */
export type NotCounted = {
  readonly offset: bigint;
  readonly outcome: 'duplicate' | 'older-revision' | 'rejected' | 'quarantined';
  readonly code: ErrorCode | 'unreadable' | 'database-refused' | null;
  readonly electionId: string | null;
  readonly voteId: Uint8Array | null;
  readonly gaveWayTo: Uint8Array | null;
  readonly retry: { readonly record: Uint8Array; readonly timestamp: number } | null;
};

/** `candidates`: one per ballot key at most, in primary-key order, so that partitions never deadlock. */
export type Plan = { readonly candidates: readonly Candidate[]; readonly notCounted: readonly NotCounted[] };

/** The greatest (revision, vote ID) wins: a total order, so that the count does not depend on the order of arrival. */
export function compareVotes(a: VoteVersion, b: VoteVersion): number {
  return a.revision - b.revision || compareBytes(a.voteId, b.voteId);
}
export type VoteVersion = { readonly revision: number; readonly voteId: Uint8Array };

/** Reduces a batch to one candidate per ballot key and gives every other record its outcome. */
export function planBatch(judged: readonly Judged[]): Plan {
  const best = new Map<string, Candidate>();
  const keys = judged.map(record => (record.kind === 'valid' ? candidateKey(record.candidate) : ''));
  for (const [place, record] of judged.entries()) {
    if (record.kind !== 'valid') continue;
    const key = keys[place] ?? '';
    const leader = best.get(key);
    // Of equal copies the first stays: its offset is what the earliest receipt names.
    if (!leader || compareVotes(record.candidate, leader) > 0) best.set(key, record.candidate);
  }
  const notCounted = judged.flatMap((record, place) => {
    if (record.kind !== 'valid') return [outcomeOf(record)];
    const leader = best.get(keys[place] ?? '');
    return !leader || leader === record.candidate ? [] : [gaveWay(record.candidate, leader)];
  });
  return { candidates: [...best.values()].toSorted(compareKeys), notCounted };
}

/** What a candidate is, against the vote that is counted for its ballot key at this moment. */
export function settleConflict(candidate: Candidate, counted: VoteVersion): 'supersedes' | NotCounted {
  return compareVotes(candidate, counted) > 0 ? 'supersedes' : gaveWay(candidate, counted);
}

function gaveWay(candidate: Candidate, winner: VoteVersion): NotCounted {
  const outcome = compareVotes(candidate, winner) === 0 ? 'duplicate' : 'older-revision';
  const { offset, electionId, voteId } = candidate;
  return { offset, outcome, code: null, electionId, voteId, gaveWayTo: winner.voteId, retry: null };
}

function outcomeOf(record: Exclude<Judged, { kind: 'valid' }>): NotCounted {
  const { offset } = record;
  switch (record.kind) {
    case 'unreadable':
      return {
        offset,
        outcome: 'quarantined',
        code: 'unreadable',
        electionId: null,
        voteId: null,
        gaveWayTo: null,
        retry: null,
      };
    case 'database-refused': {
      const { electionId, voteId, record: bytes, timestamp } = record;
      const retry = { record: bytes, timestamp };
      return {
        offset,
        outcome: 'quarantined',
        code: 'database-refused',
        electionId,
        voteId,
        gaveWayTo: null,
        retry,
      };
    }
    case 'refused': {
      const { electionId, voteId, code } = record;
      return { offset, outcome: 'rejected', code, electionId, voteId, gaveWayTo: null, retry: null };
    }
    case 'already-counted': {
      const { electionId, voteId } = record;
      return { offset, outcome: 'duplicate', code: null, electionId, voteId, gaveWayTo: voteId, retry: null };
    }
  }
}

/** Identifies what may be counted once, within one batch. */
export function candidateKey({ electionId, ballotKey }: Pick<Candidate, 'electionId' | 'ballotKey'>): string {
  return `${electionId}/${binaryText(ballotKey)}`;
}

/** Identifies one vote with its revision: two revisions of a voter share a candidate key, never this. */
export function identityKey(vote: Identified): string {
  return `${candidateKey(vote)}/${vote.revision}/${binaryText(vote.voteId)}`;
}

function compareKeys(a: Candidate, b: Candidate): number {
  if (a.electionId !== b.electionId) return a.electionId < b.electionId ? -1 : 1;
  return compareBytes(a.ballotKey, b.ballotKey);
}
