import type { Election } from '@suffrage/contracts/ballot';
import { checkVote, identify, modeRefusal, type TokenCheck } from '@suffrage/contracts/check-vote';
import { decodeVoteRecord, type RecordedVote } from '@suffrage/contracts/vote';
import type { Identified, Judged, Position } from './decide.ts';

/** A record as it comes from the log. */
export type LogRecord = Position & {
  readonly value: Uint8Array | null;
  /** W3C trace context, where ingestion has traced the vote. */
  readonly traceparent?: string;
};

/** A record read as far as it can be without verifying anything. */
export type Read = {
  readonly record: LogRecord;
  /** `undefined`: not a vote record. */
  readonly vote: RecordedVote | undefined;
  readonly election: Election | undefined;
  /** Ids recomputed from its content; `undefined` when it can't have any. */
  readonly identity: Identified | undefined;
};

export type FindElection = (electionId: string) => Election | undefined;

export function readRecord(record: LogRecord, find: FindElection): Read {
  const vote = record.value === null ? undefined : decodeVoteRecord(record.value);
  const election = vote && find(vote.electionId);
  const identity =
    vote && election && !modeRefusal(election, vote)
      ? { electionId: vote.electionId, revision: vote.revision, ...identify(election, vote) }
      : undefined;
  return { record, vote, election, identity };
}

/** Whether the verdict may change once `elections` has been read further: unknown election, or outside its times. */
export function dependsOnElections(judged: Judged): boolean {
  return (
    judged.kind === 'refused' &&
    (judged.code === 'election-unknown' ||
      judged.code === 'election-not-yet-open' ||
      judged.code === 'election-closed')
  );
}

/** All checks of one record on its own; nothing here is believed because ingestion has checked it. */
export function judgeRecord({ record, vote, election, identity }: Read, checkToken: TokenCheck): Judged {
  const position = { offset: record.offset, timestamp: record.timestamp };
  if (!vote) return { kind: 'unreadable', ...position };
  const { electionId, revision, instance } = vote;
  const voteId = identity?.voteId ?? null;
  if (!election) return { kind: 'refused', ...position, electionId, voteId, code: 'election-unknown' };
  const checked = checkVote(election, vote, record.timestamp, checkToken, identity);
  if (!checked.ok) return { kind: 'refused', ...position, electionId, voteId, code: checked.code };
  const selections = vote.selections.reveal();
  return {
    kind: 'valid',
    candidate: {
      ...position,
      electionId,
      voteId: checked.voteId,
      ballotKey: checked.ballotKey,
      revision,
      selections,
      instance,
    },
  };
}
