import { definitionHash, type Election } from '@suffrage/contracts/ballot';
import { toBase64url } from '@suffrage/contracts/bytes';
import {
  type AuditAddendum,
  type OfficialKind,
  officialSchemas,
  type OfficialStatements,
  type ResultsDocument,
  type Seal,
  type ZeroReport,
} from '@suffrage/contracts/official';
import { checkStatement, statementHash } from '@suffrage/contracts/signed-statement';
import type { Closing } from '@suffrage/contracts/topics';
import { type Case, countedOf } from './case.ts';
import { judgeAddenda, type NamedReport, reportHash } from './compare-addenda.ts';
import { votesOf } from './compare-results.ts';
import type { Holding, StatementRow } from './read-official.ts';

export type OfficialEvidence = {
  readonly statements: readonly StatementRow[];
  readonly holdings: readonly Holding[];
  /** Of each database, which elections it says are sealed. */
  readonly sealed: readonly ReadonlySet<string>[];
  readonly closingOf: (electionId: string) => Closing | undefined;
  /** Reports that addenda must name. */
  readonly reports: readonly NamedReport[];
};

/** Which statements there are of each election that verify. */
export type OfficialByElection = Readonly<Record<string, readonly OfficialKind[]>>;

type StatedOnce = Exclude<OfficialKind, 'audit-addendum'>;
type Stated = { [Kind in StatedOnce]?: OfficialStatements[Kind] } & {
  /** There may be several. */
  readonly 'audit-addendum': AuditAddendum[];
};

/** Holds what has been stated officially against the definitions, the log's closing and the votes. Returns what verifies. */
export async function compareOfficial(
  theCase: Case,
  evidence: OfficialEvidence,
): Promise<OfficialByElection> {
  const verified: Record<string, readonly OfficialKind[]> = {};
  const named = new Set<string>();
  for (const electionId of new Set(evidence.statements.map(row => row.electionId))) {
    const election = theCase.findElection(electionId);
    const stated = await readStated(theCase, evidence, electionId, election);
    if (!election) continue;
    if (stated['zero-report']) judgeZero(theCase, evidence, stated['zero-report']);
    if (stated.results) judgeResults(theCase, evidence, election, stated.results, stated);
    if (stated.seal) judgeSeal(theCase, evidence, stated.seal, stated.results);
    const addenda = stated['audit-addendum'];
    judgeAddenda(theCase.findings, electionId, addenda, stated.results, evidence.reports);
    for (const { report } of addenda) named.add(report);
    verified[electionId] = kindsOf(stated);
  }
  judgeUnsaid(theCase, evidence, verified);
  for (const report of evidence.reports.filter(each => !named.has(reportHash(each))))
    theCase.findings.add('statement-invalid', `no audit-addendum names the report ${report.file}`, {});
  return verified;
}

const KINDS: readonly OfficialKind[] = ['zero-report', 'results', 'audit-addendum', 'seal'];
const kindsOf = (stated: Stated) =>
  KINDS.filter(kind => (kind === 'audit-addendum' ? stated[kind].length > 0 : stated[kind] !== undefined));

/** The statements that are whole, signed with a key of the election, and about this very election. */
async function readStated(
  theCase: Case,
  { statements }: OfficialEvidence,
  electionId: string,
  election: Election | undefined,
): Promise<Stated> {
  const stated: Stated = { 'audit-addendum': [] };
  for (const row of statements.filter(each => each.electionId === electionId)) {
    const kind = KINDS.find(known => known === row.kind);
    const flaw =
      kind === undefined
        ? 'is of an unknown kind'
        : kind === 'audit-addendum'
          ? await readOne(kind, row.statement, election, addendum => stated[kind].push(addendum))
          : await readOnce(stated, kind, row.statement, election);
    if (flaw === undefined) continue;
    theCase.findings.add('statement-invalid', `the ${row.kind} ${flaw}`, { electionId });
  }
  return stated;
}

const readOnce = <Kind extends StatedOnce>(
  stated: { [K in Kind]?: OfficialStatements[K] },
  kind: Kind,
  text: string,
  election: Election | undefined,
) =>
  readOne(kind, text, election, statement => {
    stated[kind] = statement;
  });

/** Returns what is wrong with it, if anything; else it is handed over. */
async function readOne<Kind extends OfficialKind>(
  kind: Kind,
  text: string,
  election: Election | undefined,
  take: (statement: OfficialStatements[Kind]) => void,
): Promise<string | undefined> {
  const statement = readStatement(kind, text);
  if (!statement) return 'can not be read';
  if (!election || statement.electionId !== election.definition.id) return 'is of another election';
  const check = await checkStatement(statement, election.definition.resultsKeys ?? []);
  if (check !== 'valid') return 'is not signed with a key of this election';
  if ('definitionHash' in statement) {
    if (statement.ballotHash !== toBase64url(election.ballotHash)) return 'is of another ballot';
    if (statement.definitionHash !== toBase64url(definitionHash(election.definition)))
      return 'is of another definition';
  }
  take(statement);
  return undefined;
}

function readStatement<Kind extends OfficialKind>(
  kind: Kind,
  text: string,
): OfficialStatements[Kind] | undefined {
  try {
    return officialSchemas[kind].safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** INV-3: nothing lies counted from before the moment at which nothing was counted. */
function judgeZero(
  theCase: Case,
  { holdings }: OfficialEvidence,
  { electionId, positions }: ZeroReport,
): void {
  for (const { partition, nextOffset } of positions) {
    const early = holdings.find(
      held => held.electionId === electionId && held.partition === partition && held.firstOffset < nextOffset,
    );
    if (!early) continue;
    const message = `a record below ${nextOffset}, where nothing was counted, is counted`;
    theCase.findings.add('zero-report-wrong', message, { electionId, partition, offset: early.firstOffset });
  }
}

/** INV-5: official results are what the votes say, and cover the log to its end for this election. */
function judgeResults(
  theCase: Case,
  { closingOf }: OfficialEvidence,
  { definition }: Election,
  results: ResultsDocument,
  { 'zero-report': zeroReport }: Stated,
): void {
  const { electionId } = results;
  const report = (message: string) => theCase.findings.add('wrong-results', message, { electionId });
  const counted = countedOf(theCase).get(electionId) ?? 0;
  if (results.counted !== counted)
    report(`the official results say ${results.counted} votes, the votes say ${counted}`);
  if (results.closesAt !== definition.closesAt) report('the official results are of another closing');
  if (JSON.stringify(closingOf(electionId)?.endOffsets) !== JSON.stringify(results.log.endOffsets))
    report('the official results do not cover the log to where it was closed');
  if (results.zeroReport !== (zeroReport ? statementHash(zeroReport) : null))
    report('the official results name another zero report');
  const mayHide = counted < (definition.privacyThreshold ?? 0);
  if ((results.contests === null) !== mayHide)
    report(
      mayHide ? 'official totals below the privacy threshold are shown' : 'the official totals are hidden',
    );
  if (results.contests && results.contests.length !== definition.contests.length)
    report('the official totals are not those of all contests');
  const votes = votesOf(theCase, electionId);
  for (const [place, contest] of (results.contests ?? []).entries()) {
    const expected = definition.contests[place];
    const options = expected?.options.map(({ id }) => ({ id, votes: votes.get(`${contest.id}/${id}`) ?? 0 }));
    const marks = options?.reduce((sum, option) => sum + option.votes, 0) ?? 0;
    if (
      contest.id !== expected?.id ||
      JSON.stringify(contest.options) !== JSON.stringify(options) ||
      contest.undervotes !== counted * expected.maxSelections - marks
    )
      report(`the official totals of contest ${contest.id} are not what the votes say`);
  }
}

/** INV-5: since the seal nothing has changed that is counted for this election. */
function judgeSeal(
  theCase: Case,
  { holdings, sealed }: OfficialEvidence,
  seal: Seal,
  results: ResultsDocument | undefined,
): void {
  const { electionId } = seal;
  const report = (message: string, place = {}) =>
    theCase.findings.add('seal-broken', message, { electionId, ...place });
  if (!results || statementHash(results) !== seal.results) report('the seal is of other results');
  for (const [database, elections] of sealed.entries()) {
    if (!elections.has(electionId))
      report('the database does not freeze the sealed election', {
        database: theCase.databases[database]?.name,
      });
  }
  const held = new Map(
    holdings.filter(row => row.electionId === electionId).map(row => [row.partition, row]),
  );
  for (const { partition, votes, superseded, nextOffset } of seal.partitions) {
    const is = held.get(partition);
    held.delete(partition);
    if ((is?.votes ?? 0) !== votes || (is?.superseded ?? 0) !== superseded)
      report('the votes of this partition are not those that were sealed', { partition });
    if ((theCase.owners.get(partition)?.nextOffset ?? 0) < nextOffset)
      report(`the database is behind the sealed offset ${nextOffset}`, { partition });
  }
  for (const partition of held.keys()) report('votes lie in a partition that was not sealed', { partition });
}

/** A database that freezes an election of which there is no seal has lost its seal, or hides it. */
function judgeUnsaid(theCase: Case, { sealed }: OfficialEvidence, verified: OfficialByElection): void {
  for (const electionId of new Set(sealed.flatMap(elections => [...elections]))) {
    if (verified[electionId]?.includes('seal')) continue;
    theCase.findings.add('seal-broken', 'the election is frozen, but there is no seal of it', { electionId });
  }
}
