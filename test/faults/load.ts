import { setTimeout as sleep } from 'node:timers/promises';
import { castVote } from '@suffrage/client/cast-vote';
import type { Answer, SignedBallot, Transport } from '@suffrage/client/transport';
import type { ErrorCode } from '@suffrage/contracts/errors';
import type { Ballots } from './ballots.ts';
import type { Journal } from './journal.ts';

/** Votes being cast, at a rate, until it is stopped. */
export type Load = {
  /** Votes with a receipt so far. */
  acknowledged(): number;
  /** Requests so far that were not answered as they should be, by what came instead. */
  failures(): Readonly<Record<string, number>>;
  /** The longest time so far in which no receipt came, milliseconds. */
  longestStallMillis(): number;
  /** Sends no more and resolves when every vote sent has its entry in the journal. */
  stop(): Promise<{ readonly seconds: number; readonly answers: Readonly<Record<string, number>> }>;
};

type Options = {
  readonly transports: readonly Transport[];
  readonly ballots: Ballots;
  readonly journal: Journal;
  readonly random: () => number;
  /** Votes a second. */
  readonly rate: number;
};

const TICK_MILLIS = 20;
/**
 * Votes without an outcome; while they are so many, none is sent. Several seconds' worth, so that those which wait for a
 * lane that stalls don't keep others from being sent.
 */
const MAX_OUTSTANDING = 4_000;
const COPIED_SHARE = 0.04;
const FORGED_SHARE = 0.01;
/** Longer than any fault that is inflicted: what stays without an outcome then is a finding. */
const CAST_DEADLINE_MILLIS = 120_000;

/** Of a vote that is counted for or against: every other answer has its client try again. */
const PROPER_ANSWERS: ReadonlySet<string> = new Set<Answer['kind'] | ErrorCode>([
  'accepted',
  'token-invalid',
]);

export function startLoad(options: Options): Load {
  const { ballots, journal, random, rate } = options;
  const outstanding = new Set<Promise<void>>();
  const answers: Record<string, number> = {};
  const begun = performance.now();
  let sent = 0;
  let acknowledged = 0;
  let lastReceiptAt = begun;
  let longestStall = 0;
  let stopping = false;

  const onAnswer = (answer: Answer) => {
    const name = nameOf(answer);
    answers[name] = (answers[name] ?? 0) + 1;
    if (answer.kind !== 'accepted') return;
    acknowledged += 1;
    const now = performance.now();
    longestStall = Math.max(longestStall, now - lastReceiptAt);
    lastReceiptAt = now;
  };
  const send = (ballot: SignedBallot) => {
    const done = castJournalled(ballot, rotate(options), journal, onAnswer).finally(() =>
      outstanding.delete(done),
    );
    outstanding.add(done);
  };
  const sendOne = () => {
    sent += 1;
    if (random() < FORGED_SHARE) return send(ballots.forged());
    const ballot = ballots.next();
    send(ballot);
    if (random() < COPIED_SHARE) send(ballot);
  };
  const run = async () => {
    while (!stopping) {
      const due = ((performance.now() - begun) / 1000) * rate;
      // What could not be sent in a stall is not made up for: the rate stays the rate.
      if (outstanding.size >= MAX_OUTSTANDING) sent = Math.max(sent, Math.floor(due));
      while (sent < due && outstanding.size < MAX_OUTSTANDING) sendOne();
      await sleep(TICK_MILLIS);
    }
  };
  const running = run();
  return {
    acknowledged: () => acknowledged,
    failures: () =>
      Object.fromEntries(Object.entries(answers).filter(([answer]) => !PROPER_ANSWERS.has(answer))),
    longestStallMillis: () => Math.round(longestStall),
    stop: async () => {
      stopping = true;
      await running;
      const seconds = (performance.now() - begun) / 1000;
      await Promise.all(outstanding);
      return { seconds, answers };
    },
  };
}

function nameOf(answer: Answer): string {
  if (answer.kind === 'refused') return answer.refusal.code;
  return answer.kind === 'no-answer' ? `no answer (${answer.reason})` : answer.kind;
}

const NO_RECEIPT_MILLIS = 120_000;

/** Waits until so many more votes have a receipt. @throws Error when none comes for long. */
export async function untilAcknowledged(load: Load, more: number): Promise<void> {
  const target = load.acknowledged() + more;
  const deadline = Date.now() + NO_RECEIPT_MILLIS;
  while (load.acknowledged() < target) {
    if (Date.now() > deadline) throw new Error('votes are no longer acknowledged');
    await sleep(20);
  }
}

/** Each attempt goes to the next process and transport, as through a load balancer. */
function rotate({ transports, random }: Options): Transport {
  let next = Math.floor(random() * transports.length);
  return (ballot, signal) => {
    const transport = transports[next % transports.length];
    next += 1;
    if (!transport) throw new Error('there is no ingestion process');
    return transport(ballot, signal);
  };
}

/** Casts one vote with its intent on disk first and its outcome on disk last. */
export async function castJournalled(
  ballot: SignedBallot,
  transport: Transport,
  journal: Journal,
  onAnswer: (answer: Answer) => void,
): Promise<void> {
  const { voteIdText: voteId, election } = ballot.vote;
  const about = { electionId: election.definition.id, voteId };
  await journal.write({ kind: 'intent', ...about, at: Date.now() });
  const result = await castVote(transport, ballot, {
    deadlineMillis: CAST_DEADLINE_MILLIS,
    onAttempt: onAnswer,
  });
  const at = Date.now();
  switch (result.status) {
    case 'accepted':
      return journal.write({ kind: 'receipt', receipt: result.receipt, at });
    case 'refused':
      return journal.write({ kind: 'refused', ...about, code: result.refusal.code, at });
    // Only who gives a way to ask is told that a vote is counted.
    case 'counted':
    case 'unknown':
      return journal.write({ kind: 'unknown', ...about, at });
  }
}
