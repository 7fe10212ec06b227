import { sha256 } from '#hash';
import { canonicalJson } from './canonical-json.ts';
import type { Contest, ElectionDefinition, ElectionDraft } from './election.ts';

/**
 * The bytes that `ballotHash` covers: canonical JSON (RFC 8785) of the election ID and the contests with their ids,
 * limits, options and texts, and nothing else, so that moving `closesAt` leaves every issued token valid.
 */
export function canonicalBallot(definition: Pick<ElectionDraft, 'id' | 'contests'>): Uint8Array {
  return canonicalJson({ contests: definition.contests, electionId: definition.id });
}

/** 32 bytes: SHA-256 of `canonicalBallot`. */
export function ballotHash(definition: Pick<ElectionDraft, 'id' | 'contests'>): Uint8Array {
  return sha256(canonicalBallot(definition));
}

/** 32 bytes: SHA-256 of the canonical JSON of a definition without `closesAt`, which alone may still move. */
export function definitionHash(definition: ElectionDefinition): Uint8Array {
  return sha256(canonicalJson({ ...definition, closesAt: undefined }));
}

/** A definition made ready for use: hashes and instants are computed once, not per vote. */
export type Election = {
  readonly definition: ElectionDefinition;
  /** 32 bytes. */
  readonly ballotHash: Uint8Array;
  /** Milliseconds since 1970. */
  readonly opensAt: number;
  readonly closesAt: number;
  readonly contests: readonly BallotContest[];
  readonly contestIds: ReadonlySet<string>;
};

export type BallotContest = {
  readonly contest: Contest;
  readonly optionIndex: ReadonlyMap<string, number>;
  /** Indexes of the options that are marked alone or not at all. */
  readonly exclusive: ReadonlySet<number>;
};

export function prepareElection(definition: ElectionDefinition): Election {
  return {
    definition,
    ballotHash: ballotHash(definition),
    opensAt: Date.parse(definition.opensAt),
    closesAt: Date.parse(definition.closesAt),
    contestIds: new Set(definition.contests.map(({ id }) => id)),
    contests: definition.contests.map(contest => ({
      contest,
      optionIndex: new Map(contest.options.map((option, index) => [option.id, index])),
      exclusive: new Set(contest.options.flatMap(({ exclusive }, index) => (exclusive ? [index] : []))),
    })),
  };
}

/** The time rule of every service: opensAt <= instant < closesAt. */
export function timeRefusal(
  election: Pick<Election, 'opensAt' | 'closesAt'>,
  millis: number,
): 'election-not-yet-open' | 'election-closed' | undefined {
  if (millis < election.opensAt) return 'election-not-yet-open';
  if (millis >= election.closesAt) return 'election-closed';
  return undefined;
}
