import type { AuditReport } from '@suffrage/audit/report';
import type { Snapshot } from '@suffrage/contracts/results';
import type { BadVote } from './bad-votes.ts';
import { type BallotFile, expectedTotals, type Totals } from './ballots.ts';
import type { Cast } from './cast-ballots.ts';
import { FIRST, RANKED } from './draft.ts';
import { count } from './terminal.ts';

/** One thing that must be true in the end. */
export type Check = { readonly what: string; readonly ok: boolean; readonly detail: string };

type Held = {
  readonly file: BallotFile;
  readonly electionId: string;
  readonly cast: Cast;
  readonly badVotes: readonly BadVote[];
  readonly snapshot: Snapshot;
  readonly report: AuditReport;
};

/** Holds what was counted against the file, and everything sent against what became of it. */
export function checkElection({ file, cast, badVotes, snapshot, report, electionId }: Held): Check[] {
  const { first, ranked } = expectedTotals(file);
  const ballots = file.ballots.length;
  const appendedAgain = cast.places.size - cast.accepted;
  const wrong = badVotes.filter(({ expected, answered }) => expected !== answered);
  return [
    check(
      'every ballot was accepted with a valid receipt',
      cast.accepted === ballots && cast.problems.length === 0,
      [`${count(cast.accepted)} of ${count(ballots)}`, ...cast.problems.slice(0, 3)],
    ),
    check(
      'every accepted vote is counted, once',
      snapshot.counted === ballots && report.votes[electionId] === ballots,
      [`${count(snapshot.counted)} counted`],
    ),
    check(
      'first preferences equal the ballots',
      equalTotals(first, snapshot, FIRST),
      differences(first, snapshot, FIRST),
    ),
    check(
      'all ranked equal the ballots',
      equalTotals(ranked, snapshot, RANKED),
      differences(ranked, snapshot, RANKED),
    ),
    check('each copy is accounted for', report.totals.duplicate >= appendedAgain, [
      `${count(cast.copies)} sent again, ${count(cast.copies - appendedAgain)} of them shared an append; ${count(report.totals.duplicate)} duplicates on the log`,
    ]),
    check(
      'each bad vote was refused for what is wrong with it',
      wrong.length === 0 && report.totals.rejected === 0,
      [
        `${badVotes.length} refused, ${count(report.totals.rejected)} on the log`,
        ...wrong.map(({ what, expected, answered }) => `${what}: ${answered}, not ${expected}`),
      ],
    ),
    check(
      'no more votes are counted than the registrar has given tokens',
      (report.votes[electionId] ?? 0) <= (report.issued[electionId]?.issued ?? 0),
      [issuedDetail(report, electionId)],
    ),
    check('the audit balances', report.balances, [
      `${count(report.totals.records)} records, ${count(report.findings.total)} findings`,
    ]),
  ];
}

function issuedDetail({ issued, votes }: AuditReport, electionId: string): string {
  const stated = issued[electionId];
  if (!stated) return 'the registrar has not said how many';
  const bound = stated.exact ? 'exactly' : 'at most';
  return `${count(votes[electionId] ?? 0)} counted, ${bound} ${count(stated.issued)} given, signed`;
}

function check(what: string, ok: boolean, details: readonly string[]): Check {
  return { what, ok, detail: details.filter(detail => detail !== '').join('; ') };
}

function votesOf(snapshot: Snapshot, contestId: string): Totals {
  const options = snapshot.contests?.find(({ id }) => id === contestId)?.options ?? [];
  return new Map(options.map(({ id, votes }) => [id, votes]));
}

function equalTotals(expected: Totals, snapshot: Snapshot, contestId: string): boolean {
  const votes = votesOf(snapshot, contestId);
  return votes.size === expected.size && [...expected].every(([id, number]) => votes.get(id) === number);
}

function differences(expected: Totals, snapshot: Snapshot, contestId: string): string[] {
  const votes = votesOf(snapshot, contestId);
  const wrong = [...expected].filter(([id, number]) => votes.get(id) !== number);
  if (wrong.length === 0)
    return [`${count([...expected.values()].reduce((sum, number) => sum + number, 0))} marks`];
  return wrong.map(([id, number]) => `${id}: ${votes.get(id) ?? 0}, not ${number}`);
}
