import { readFileSync } from 'node:fs';
import { prepareElection, type Election } from '@suffrage/contracts/ballot';
import type { ElectionDefinition } from '@suffrage/contracts/election';
import { encodeVoteRecord, type Vote } from '@suffrage/contracts/vote';
import {
  castVoteBody,
  type CastVoteBody,
  fromCastVoteBody,
  markBallot,
} from '@suffrage/contracts/vote-request';

export type Mode = ElectionDefinition['mode'];

/** Where signed votes lie ready, as plain data that goes to other processes: see `../votes/votes-file.ts`. */
export type VotesSource = {
  readonly path: string;
  readonly lineBytes: number;
  readonly votes: number;
  /** Their election; its schedule and receipt keys stand for nothing. */
  readonly definition: ElectionDefinition;
};

/** Reads a vote's REST body, with the spaces that fill it up, as it is sent. */
export type VoteSet = {
  readonly election: Election;
  readonly length: number;
  readonly body: (index: number) => Buffer;
};

export function readVotes({ path, lineBytes, votes, definition }: VotesSource): VoteSet {
  const file = readFileSync(path);
  return {
    election: prepareElection(definition),
    length: votes,
    body: index => {
      if (index >= votes) throw new Error(`there are only ${votes} votes`);
      return file.subarray(index * lineBytes, (index + 1) * lineBytes - 1);
    },
  };
}

export function parsedBody(body: Buffer): CastVoteBody {
  return castVoteBody.parse(JSON.parse(body.toString('utf8')));
}

/** The vote as ingestion would take it. */
export function voteOf({ election }: VoteSet, body: Buffer): Vote {
  const request = fromCastVoteBody(election.definition.id, parsedBody(body));
  if ('ok' in request) throw new Error(`the file of votes holds something else: ${request.code}`);
  const marked = markBallot(election, request);
  if (!marked.ok) throw new Error(`the file of votes holds something else: ${marked.code}`);
  return marked.vote;
}

/** Its record, as ingestion would append it. */
export function recordOf(votes: VoteSet, index: number): Buffer {
  return Buffer.from(encodeVoteRecord(voteOf(votes, votes.body(index)), 'ingestion-1'));
}

/** The first records of the set, as many as make a batch. */
export function firstRecords(votes: VoteSet, count: number): Buffer[] {
  return Array.from({ length: Math.min(count, votes.length) }, (_, index) => recordOf(votes, index));
}
