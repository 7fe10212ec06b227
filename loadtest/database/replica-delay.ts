import { setTimeout as sleep } from 'node:timers/promises';
import type { Candidate } from '@suffrage/processor/decide';
import type { Pool } from 'pg';
import type { CommitMode, Writer } from './commit-latency.ts';
import { type Quantiles, quantiles } from '../bench/quantiles.ts';

export type ReplicaCell = {
  readonly mode: CommitMode;
  /** Votes that others write at the same time, a second; 0: nobody. */
  readonly backgroundVotesPerSecond: number;
  /** From the commit until the same vote is found on the standby, milliseconds. */
  readonly readOwnVoteMillis: Quantiles;
  /** How many votes were there at the first look. */
  readonly atOnce: number;
  readonly asked: number;
  /** What the primary says of its standby, `pg_stat_replication.replay_lag`, milliseconds; the greatest seen. */
  readonly replayLagMillis: number;
};

type Options = {
  readonly mode: CommitMode;
  readonly writer: Writer;
  /** Writes beside it, in the same mode. */
  readonly background: { readonly writer: Writer; readonly votesPerSecond: number } | undefined;
  readonly primary: Pool;
  readonly standby: Pool;
  readonly votes: number;
};

const BACKGROUND_BATCH_VOTES = 500;
const VISIBLE_DEADLINE_MILLIS = 30_000;

/** Commits one vote after another and asks the standby for each, again and again until it is there. */
export async function measureReplica(options: Options): Promise<ReplicaCell> {
  const { mode, writer, background, primary, standby, votes } = options;
  const stopBackground = writeSteadily(background);
  const delays: number[] = [];
  let atOnce = 0;
  let replayLagMillis = 0;
  for (let vote = 0; vote < votes; vote += 1) {
    const { last } = await writer.commit(1);
    const { millis, looks } = await untilVisible(standby, last);
    delays.push(millis);
    if (looks === 1) atOnce += 1;
    replayLagMillis = Math.max(replayLagMillis, await replayLag(primary));
    await sleep(5);
  }
  await stopBackground();
  return {
    mode,
    backgroundVotesPerSecond: background?.votesPerSecond ?? 0,
    readOwnVoteMillis: quantiles(delays),
    atOnce,
    asked: votes,
    replayLagMillis: Math.round(replayLagMillis * 100) / 100,
  };
}

async function untilVisible(
  standby: Pool,
  { electionId, ballotKey }: Candidate,
): Promise<{ millis: number; looks: number }> {
  const begun = performance.now();
  for (let looks = 1; ; looks += 1) {
    const { rowCount } = await standby.query(
      'select 1 from votes where election_id = $1 and ballot_key = $2',
      [electionId, ballotKey],
    );
    const millis = performance.now() - begun;
    if (rowCount === 1) return { millis, looks };
    if (millis > VISIBLE_DEADLINE_MILLIS) throw new Error('the standby does not follow the primary');
  }
}

async function replayLag(primary: Pool): Promise<number> {
  const { rows } = await primary.query<{ millis: number | null }>(
    'select (extract(epoch from replay_lag) * 1000)::float8 as millis from pg_stat_replication',
  );
  const [row] = rows;
  if (!row) throw new Error('no standby is connected');
  return row.millis ?? 0;
}

/** @returns what ends it. */
function writeSteadily(background: Options['background']): () => Promise<void> {
  if (!background) return async () => undefined;
  const { writer, votesPerSecond } = background;
  let stopped = false;
  const run = async () => {
    const begun = performance.now();
    for (let written = 0; !stopped; written += BACKGROUND_BATCH_VOTES) {
      const due = begun + (1000 * written) / votesPerSecond;
      await sleep(Math.max(0, due - performance.now()));
      if (!stopped) await writer.commit(BACKGROUND_BATCH_VOTES);
    }
  };
  const running = run();
  return async () => {
    stopped = true;
    await running;
  };
}
