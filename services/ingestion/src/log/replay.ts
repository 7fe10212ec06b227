import { identify } from '@suffrage/contracts/check-vote';
import { decodeVoteRecord } from '@suffrage/contracts/vote';
import { crashPoint } from '@suffrage/runtime/crash-point';
import type { Log } from '@suffrage/runtime/log';
import { sleep as systemSleep, type Sleep } from '@suffrage/runtime/wait';
import type { KnownElections } from '../known-elections.ts';
import type { Lane } from './lane.ts';
import type { KeptVote, LocalQueue } from './local-queue.ts';

export type Replay = {
  /** Sees to the votes of a shard from now on. */
  watch(shard: number): void;
  stop(): Promise<void>;
};

type Options = {
  readonly queue: LocalQueue;
  readonly laneFor: (ballotKey: Uint8Array) => Lane | undefined;
  readonly elections: KnownElections;
  readonly clock: () => number;
  readonly log: Log;
  readonly sleep?: Sleep;
};

/** Few enough to leave room for new votes in the lane's batches, and to be asked again soon after a failure. */
const ROUND_VOTES = 200;
const NO_HEADERS: ReadonlyMap<string, string> = new Map();
const FIRST_PAUSE_MILLIS = 200;
const LONGEST_PAUSE_MILLIS = 2_000;

type Verdict = 'confirmed' | 'expired' | 'later';

/**
 * Appends what the queue holds, oldest first, shard by shard, through the same lanes as new votes, which keep arriving.
 * A vote leaves the queue only after the brokers have confirmed it, so a crash at any moment can append it twice (it
 * is counted once) and can't lose it. Its record gets the time of this append, because brokers take no old ones and
 * nothing may reach the log after the closing with a time before it. A vote whose election closed meanwhile expires.
 */
export function createReplay(options: Options): Replay {
  const { queue, elections, log, sleep = systemSleep } = options;
  const stopping = new AbortController();
  const running = new Map<number, Promise<void>>();
  const pauseFor = (millis: number) => sleep(millis, stopping.signal).catch(() => undefined);

  /** Confirmed votes must not be appended over and over while the disk refuses to forget them. */
  const untilDone = async (forget: () => Promise<void>) => {
    while (!stopping.signal.aborted) {
      try {
        return await forget();
      } catch (error) {
        log.error({ err: error }, 'the local queue can not forget votes, trying again');
        await pauseFor(LONGEST_PAUSE_MILLIS);
      }
    }
  };

  /** Whether any vote left the queue. */
  const round = async (shard: number): Promise<boolean> => {
    if (!elections.areCurrent()) return false;
    const votes = await queue.oldest(shard, ROUND_VOTES);
    const verdicts = await Promise.all(votes.map(vote => appendAgain(vote, options)));
    const confirmed = votes.filter((_, place) => verdicts[place] === 'confirmed');
    const expired = votes.filter((_, place) => verdicts[place] === 'expired');
    if (confirmed.length > 0) {
      crashPoint('queue-replay');
      await untilDone(() => queue.remove(confirmed));
      log.info({ shard, votes: confirmed.length }, 'votes of the local queue were replayed');
    }
    if (expired.length > 0) {
      await untilDone(() => queue.expire(expired));
      log.warn(
        { shard, votes: expired.length },
        'votes of the local queue expired: their election has closed',
      );
    }
    return confirmed.length + expired.length > 0;
  };

  const run = async (shard: number) => {
    let pause = FIRST_PAUSE_MILLIS;
    while (!stopping.signal.aborted) {
      const moved = await round(shard).catch(error => {
        log.error({ err: error, shard }, 'the local queue can not be read, trying again');
        return false;
      });
      if (!moved) await pauseFor(pause);
      pause = moved ? FIRST_PAUSE_MILLIS : Math.min(pause * 2, LONGEST_PAUSE_MILLIS);
    }
  };

  return {
    watch: shard => {
      if (!running.has(shard) && !stopping.signal.aborted) running.set(shard, run(shard));
    },
    stop: async () => {
      stopping.abort();
      await Promise.all(running.values());
    },
  };
}

/** Never throws: a vote that can't be replayed now stays, and does not keep the others from being answered for. */
async function appendAgain(kept: KeptVote, options: Options): Promise<Verdict> {
  const { elections, laneFor, clock, log } = options;
  try {
    const { vote, election } = readKept(kept, elections);
    if (clock() >= election.closesAt) {
      // The closing may have been moved at the last moment: only what was read after it is the last word.
      return elections.completeAsOf() > election.closesAt ? 'expired' : 'later';
    }
    const { voteId, ballotKey } = identify(election, vote);
    const { opensAt, closesAt } = election;
    const { electionId } = vote;
    const { record: value } = kept;
    const appended = await laneFor(ballotKey)?.append({
      electionId,
      voteId,
      opensAt,
      closesAt,
      value,
      headers: NO_HEADERS,
    });
    return appended?.ok ? 'confirmed' : 'later';
  } catch (error) {
    log.error({ err: error }, 'a vote of the local queue can not be replayed');
    return 'later';
  }
}

/** @throws Error when the vote does not belong to this cluster, or this version can't read it. */
function readKept({ key, record }: KeptVote, elections: KnownElections) {
  const vote = decodeVoteRecord(record);
  if (!vote) throw new Error(`the record in place ${key.split('/', 3).join('/')} is unreadable`);
  const election = elections.find(vote.electionId);
  // Definitions are never taken back.
  if (!election) throw new Error(`election ${vote.electionId} is not one of this cluster`);
  return { vote, election };
}
