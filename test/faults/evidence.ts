import { setTimeout as sleep } from 'node:timers/promises';
import { type AuditOptions, audit } from '@suffrage/audit/audit';
import { type LogRecord, openLogReader } from '@suffrage/audit/read-log';
import { toBase64url } from '@suffrage/contracts/bytes';
import { identify } from '@suffrage/contracts/check-vote';
import { decodeVoteRecord } from '@suffrage/contracts/vote';
import type { CaseElections } from './ballots.ts';
import type { CountedVote, LoggedVote } from './judge-journal.ts';
import type { Place, World } from './world.ts';

/** The votes of a case's elections that lie on the log now, read past the proxies with another client than the processor's. */
export async function readLoggedVotes(
  { infrastructure, topics }: Place,
  elections: CaseElections,
): Promise<LoggedVote[]> {
  const byId = new Map(Object.values(elections).map(({ election }) => [election.definition.id, election]));
  const reader = openLogReader(infrastructure.kafka.addresses);
  const votes: LoggedVote[] = [];
  try {
    const take = ({ partition, offset, value }: LogRecord) => {
      const vote = value ? decodeVoteRecord(value) : undefined;
      const election = vote && [...byId].find(([id]) => id === vote.electionId)?.[1];
      if (!vote || !election) return;
      const { voteId, ballotKey } = identify(election, vote);
      votes.push({
        partition,
        offset: String(offset),
        electionId: vote.electionId,
        voteId: toBase64url(voteId),
        ballotKey: toBase64url(ballotKey),
        revision: vote.revision,
      });
    };
    for (const range of await reader.ranges(topics.votes)) await reader.read(topics.votes, range, take);
    return votes;
  } finally {
    await reader.close();
  }
}

export async function readCountedVotes(place: Place, elections: CaseElections): Promise<CountedVote[]> {
  const ids = Object.values(elections).map(({ election }) => election.definition.id);
  const rows = await place.query(
    `select election_id, encode(vote_id, 'base64') as vote_id, encode(ballot_key, 'base64') as ballot_key, revision
     from votes where election_id = any($1)`,
    [ids],
  );
  const base64url = (text: unknown) => toBase64url(Buffer.from(String(text), 'base64'));
  return rows.map(row => ({
    electionId: String(row.election_id),
    voteId: base64url(row.vote_id),
    ballotKey: base64url(row.ballot_key),
    revision: Number(row.revision),
  }));
}

/** Where the log ends now, by partition. */
export async function endOffsets({ kafka, topics }: Place): Promise<ReadonlyMap<number, number>> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const ends = await admin.fetchTopicOffsets(topics.votes);
    return new Map(ends.map(({ partition, high }) => [partition, Number(high)]));
  } finally {
    await admin.disconnect();
  }
}

/** Records below `ends` that no transaction accounts for yet. */
export async function lagBehind(place: Place, ends: ReadonlyMap<number, number>): Promise<number> {
  const rows = await place.query('select partition, next_offset from progress where topic = $1', [
    place.topics.votes,
  ]);
  const reached = new Map(rows.map(row => [Number(row.partition), Number(row.next_offset)]));
  return [...ends].reduce(
    (lag, [partition, end]) => lag + Math.max(0, end - (reached.get(partition) ?? 0)),
    0,
  );
}

const STEP_MILLIS = 200;

/** Waits until everything that is on the log now is accounted for. False after the deadline (INV-11). */
export async function waitUntilProcessed(place: Place, deadlineMillis: number): Promise<boolean> {
  const deadline = performance.now() + deadlineMillis;
  let ends: ReadonlyMap<number, number> | undefined;
  while (performance.now() < deadline) {
    // Brokers and database may still be on their way back.
    ends ??= await endOffsets(place).catch(() => undefined);
    if (ends && (await lagBehind(place, ends).catch(() => undefined)) === 0) return true;
    await sleep(STEP_MILLIS);
  }
  return false;
}

/** What the aggregator shows must be what the votes say. */
export const publishedOf = ({ services }: World) => ({
  from: services.urls('aggregator')[0] ?? '',
  isRequired: true,
});

/**
 * The findings of the independent audit over all that the place has seen so far, and, where they are given, of what clients
 * were told and what an aggregator has published.
 */
export async function auditAll(
  { infrastructure }: Place,
  supplied: Pick<AuditOptions, 'journals' | 'published'> = {},
): Promise<string[]> {
  const { findings } = await audit({
    brokers: infrastructure.kafka.addresses,
    databaseUrls: [infrastructure.postgres.votesUrl],
    namespace: '',
    waitMillis: 10_000,
    ...supplied,
  });
  const listed = findings.first.slice(0, 20).map(({ invariant, kind, message, partition, offset }) => {
    const where = partition === undefined ? '' : ` [partition ${partition}, offset ${offset ?? '-'}]`;
    return `audit: ${invariant} ${kind}: ${message}${where}`;
  });
  const more = findings.total - listed.length;
  return more > 0 ? [...listed, `audit: ${more} more findings`] : listed;
}
