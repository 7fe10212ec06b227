import { findingKinds } from '@suffrage/audit/findings';
import { judgeInMemory } from '@suffrage/audit/judge-in-memory';
import type { IntakeRow, OutcomeRow, ProgressRow, TallyRow } from '@suffrage/audit/rows';
import type { ElectionBook } from '@suffrage/contracts/election-book';
import { decodeVoteRecord } from '@suffrage/contracts/vote';
import { identify } from '@suffrage/contracts/check-vote';
import { shortId } from './fakes/fake-statements.ts';
import type { FakeLog } from './fakes/fake-log.ts';
import type { Tables } from './fakes/tables.ts';
import type { Ledger } from './ledger.ts';
import { checkToken, type Plan, type PlannedVote } from './plan.ts';

/** One invariant that did not hold, and where. */
export type Failure = { readonly invariant: string; readonly message: string };

export type Evidence = {
  readonly plan: Plan;
  readonly log: FakeLog;
  readonly book: ElectionBook;
  readonly databases: readonly { readonly name: string; readonly tables: Tables }[];
  readonly ledger: Ledger;
  /** Milliseconds since 1970. */
  readonly endedAt: number;
};

/** How wrong the clock of a process may be, when it says that an election has closed. */
const SKEW_MILLIS = 5_000;

/** All invariants that a quiet installation must keep: those of the audit, and what only the journal can tell. */
export function judge(evidence: Evidence): Failure[] {
  return [
    ...judgeReceipts(evidence),
    ...judgeKept(evidence),
    ...judgeByAudit(evidence),
    ...judgeVoters(evidence),
    ...judgeRefused(evidence),
    ...judgeInvention(evidence),
  ];
}

/** INV-1 and INV-8: what a receipt names is there. INV-9: and was not rejected for its time. */
function judgeReceipts({ log, book, ledger, databases }: Evidence): Failure[] {
  return ledger.acknowledged.flatMap(({ vote, receipt }) => {
    const { partition, offset } = receipt;
    const where = `vote ${nameOf(vote)}, receipt for partition ${partition}, offset ${offset}`;
    const record = log.records(partition)[Number(offset)];
    if (!record) return [{ invariant: 'INV-1', message: `${where}: the log has no such record` }];
    if (!isVote(book, record.value, vote) || record.timestamp !== receipt.timestamp)
      return [{ invariant: 'INV-1', message: `${where}: another record is there` }];
    const outcome = databases
      .map(({ tables }) => tables.outcomes.get(`${partition}/${offset}`))
      .find(row => row !== undefined);
    const timely = outcome?.code !== 'election-closed' && outcome?.code !== 'election-not-yet-open';
    return timely ? [] : [{ invariant: 'INV-9', message: `${where}: rejected for its time` }];
  });
}

/** INV-1 for what was only said to be on a disk: it has reached the log, unless its election has closed. */
function judgeKept({ log, book, ledger, endedAt }: Evidence): Failure[] {
  const partitions = Array.from({ length: log.partitions }, (_, partition) => partition);
  return [...new Set(ledger.kept)].flatMap(vote => {
    const closesAt = book.find(vote.ballot.vote.election.definition.id)?.closesAt ?? 0;
    if (closesAt <= endedAt + SKEW_MILLIS) return [];
    const isThere = partitions.some(partition =>
      log.records(partition).some(({ value }) => isVote(book, value, vote)),
    );
    return isThere
      ? []
      : [{ invariant: 'INV-1', message: `vote ${nameOf(vote)} was kept on a disk, and is not on the log` }];
  });
}

/** INV-2 as the voter sees it: a vote that he need not send again is counted, or a greater one of his ballot key is. */
function judgeVoters({ ledger, databases }: Evidence): Failure[] {
  const counted = databases.flatMap(({ tables }) => [...tables.votes.values()]);
  const settled = [...ledger.acknowledged.map(({ vote }) => vote), ...ledger.counted];
  return settled.flatMap(vote => {
    const electionId = vote.ballot.vote.election.definition.id;
    const own = counted.filter(
      row => row.electionId === electionId && Buffer.compare(row.ballotKey, vote.ballotKey) === 0,
    );
    if (own.length !== 1) {
      return [
        { invariant: 'INV-2', message: `vote ${nameOf(vote)} is acknowledged and ${own.length} are counted` },
      ];
    }
    const [row] = own;
    if (row && row.revision >= vote.revision) return [];
    return [
      { invariant: 'INV-2', message: `vote ${nameOf(vote)} is acknowledged, an older revision is counted` },
    ];
  });
}

/** INV-3: nothing that was only ever refused is on the log. */
function judgeRefused({ plan, log, book, ledger }: Evidence): Failure[] {
  const refused = new Map(
    plan.votes.filter(ledger.wasOnlyRefused).map(vote => [vote.ballot.vote.voteIdText, vote]),
  );
  const failures: Failure[] = [];
  for (let partition = 0; partition < log.partitions; partition += 1) {
    for (const [offset, { value }] of log.records(partition).entries()) {
      const record = value && decodeVoteRecord(value);
      if (!record || record.instance === 'foreign') continue;
      for (const vote of refused.values()) {
        if (!isVote(book, value, vote)) continue;
        const message = `vote ${nameOf(vote)} was only refused, and lies at partition ${partition}, offset ${offset}`;
        failures.push({ invariant: 'INV-3', message });
      }
    }
  }
  return failures;
}

/** INV-3: every counted vote is one that somebody has cast. */
function judgeInvention({ plan, databases }: Evidence): Failure[] {
  const cast = new Set(plan.votes.map(({ ballot }) => Buffer.from(ballot.vote.voteId).toString('hex')));
  return databases
    .flatMap(({ tables }) => [...tables.votes.values()])
    .filter(({ voteId }) => !cast.has(Buffer.from(voteId).toString('hex')))
    .map(({ voteId }) => ({
      invariant: 'INV-3',
      message: `vote ${shortId(voteId)} is counted and was never cast`,
    }));
}

/** INV-2, 3, 4, 5, 7, 9 by the audit's own judgement. */
function judgeByAudit({ plan, log, book, databases }: Evidence): Failure[] {
  const partitions = Array.from({ length: log.partitions }, (_, partition) => partition);
  const theCase = judgeInMemory({
    ranges: partitions.map(partition => ({ partition, start: 0, end: log.end(partition) })),
    electionIds: book.elections().map(({ definition }) => definition.id),
    findElection: book.find,
    shards: plan.shards,
    databases: databases.map(({ name, tables }) => ({
      name,
      progress: progressRows(tables),
      rows: [...outcomeRows(tables)],
      tallies: tallyRows(tables),
      intake: intakeRows(tables),
    })),
    log: partitions.flatMap(partition =>
      [...log.records(partition)].map(({ value, timestamp }, offset) => ({
        partition,
        offset,
        value: value && Buffer.from(value),
        castAt: timestamp,
      })),
    ),
    checkToken,
  });
  return theCase.findings.first().map(({ kind, message, partition, offset }) => ({
    invariant: findingKinds[kind].invariant,
    message: `${kind}: partition ${partition ?? '-'}, offset ${offset ?? '-'}: ${message}`,
  }));
}

/** The rows of a database as the audit's SQL brings them. */
function* outcomeRows({ votes, superseded, outcomes }: Tables): Generator<OutcomeRow> {
  for (const row of votes.values()) {
    yield {
      ...NO_ROW,
      outcome: 'counted',
      partition: row.partition,
      offset: Number(row.offset),
      electionId: row.electionId,
      voteId: Buffer.from(row.voteId),
      revision: row.revision,
      ballotKey: Buffer.from(row.ballotKey),
      selections: Buffer.from(row.selections),
      castAt: row.timestamp,
    };
  }
  for (const row of superseded.values()) {
    yield {
      ...NO_ROW,
      outcome: 'superseded',
      partition: row.partition,
      offset: Number(row.offset),
      electionId: row.electionId,
      voteId: Buffer.from(row.voteId),
      target: Buffer.from(row.supersededBy),
      revision: row.revision,
    };
  }
  for (const row of outcomes.values()) {
    yield {
      ...NO_ROW,
      outcome: row.outcome,
      partition: row.partition,
      offset: Number(row.offset),
      code: row.code,
      electionId: row.electionId,
      voteId: row.voteId && Buffer.from(row.voteId),
      target: row.gaveWayTo && Buffer.from(row.gaveWayTo),
    };
  }
}

const NO_ROW = {
  code: null,
  electionId: null,
  voteId: null,
  target: null,
  revision: null,
  ballotKey: null,
  selections: null,
  castAt: null,
} as const;

function progressRows({ progress }: Tables): ProgressRow[] {
  return [...progress.values()].map(({ partition, nextOffset, counted, notCounted }) => ({
    partition,
    nextOffset: Number(nextOffset),
    counted,
    notCounted,
  }));
}

/** Summed over partitions. */
export function tallyRows({ tallies }: Tables): TallyRow[] {
  const sums = new Map<string, TallyRow>();
  for (const { electionId, contest, option, votes } of tallies.values()) {
    const key = `${electionId} ${contest} ${option}`;
    const sum = sums.get(key);
    if (sum) sum.votes += votes;
    else sums.set(key, { electionId, contest, option, votes });
  }
  return [...sums].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
}

function intakeRows({ intake }: Tables): IntakeRow[] {
  return [...intake.values()];
}

function isVote(book: ElectionBook, value: Uint8Array | null, { ballot }: PlannedVote): boolean {
  const record = value && decodeVoteRecord(value);
  const election = record && book.find(record.electionId);
  return (
    election !== null &&
    election !== undefined &&
    record !== null &&
    record !== undefined &&
    Buffer.compare(identify(election, record).voteId, ballot.vote.voteId) === 0
  );
}

function nameOf({ ballot, revision }: PlannedVote): string {
  return revision > 0 ? `${shortId(ballot.vote.voteId)} (revision ${revision})` : shortId(ballot.vote.voteId);
}
