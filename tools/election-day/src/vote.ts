import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { castVote } from '@suffrage/client/cast-vote';
import { type PreparedVote, prepareVote } from '@suffrage/client/prepare-vote';
import { blindVote, requestToken } from '@suffrage/client/request-token';
import { restTransport, type SignedBallot } from '@suffrage/client/transport';
import type { ElectionDefinition } from '@suffrage/contracts/election';
import type { MarkedOptions } from '@suffrage/contracts/selections';
import { voterCode } from '@suffrage/contracts/voter-code';
import type { DayNumbers, DayPlan, VoterPlan } from './plan.ts';

/** What the voters have seen. Who cast which vote is known to them alone, and to this test. */
export type Cast = {
  /** Vote ID (base64url) of each voter with a receipt, in the order of the receipts. */
  readonly votes: Map<string, string>;
  /** What must not be found where it does not belong: codes and tokens that were used. */
  readonly codes: string[];
  readonly tokens: Uint8Array[];
  /**
   * By their code: of second tokens, of codes that are wrong, stolen after the vote, or void, and of owners whom a thief came
   * before.
   */
  readonly refusals: Record<'second' | 'wrong' | 'stolen' | 'voided' | 'robbed', string[]>;
  /** Votes that were sent once more, and accepted again. */
  repeated: number;
  readonly problems: string[];
};

type Options = {
  readonly definition: ElectionDefinition;
  readonly registrarUrl: string;
  readonly ingestionUrls: readonly string[];
  readonly plan: DayPlan;
  readonly numbers: DayNumbers;
  readonly codes: ReadonlyMap<string, string>;
  /** Another code for a voter, in place of the one that was lost. */
  readonly codeAgain: (voter: string) => Promise<string>;
  /** Keeps every receipt, for the audit. */
  readonly journal: string;
  readonly onProgress: (votes: number) => void;
};

const AT_ONCE = 32;

/** The voters vote, many at a time; some try again, and some have codes that are not theirs. */
export async function castAll(options: Options): Promise<Cast> {
  const { plan, numbers, journal, onProgress } = options;
  const cast: Cast = {
    votes: new Map(),
    codes: [],
    tokens: [],
    refusals: { second: [], wrong: [], stolen: [], voided: [], robbed: [] },
    repeated: 0,
    problems: [],
  };
  const lines = createWriteStream(journal, { mode: 0o600 });
  const transports = options.ingestionUrls.map(restTransport);

  const codes = await replaceLost(options, cast);
  const vote = async (each: VoterPlan, place: number) => {
    const code = codes.get(each.voter) ?? '';
    const transport = transports[place % transports.length];
    if (!transport) throw new Error('there is no ingestion process');
    const ballot = await getBallot(options, each.marked, code);
    if (typeof ballot === 'string') return void cast.problems.push(`no token: ${ballot}`);
    lines.write('{"kind":"intent"}\n');
    const result = await castVote(transport, ballot);
    if (result.status !== 'accepted') return void cast.problems.push(`not accepted: ${result.status}`);
    lines.write(`${JSON.stringify({ kind: 'receipt', receipt: result.receipt })}\n`);
    cast.votes.set(each.voter, ballot.vote.voteIdText);
    cast.codes.push(code);
    cast.tokens.push(ballot.token.token.reveal());
    onProgress(cast.votes.size);
    // The vote was a thief's: nobody can tell, and the code is used.
    if (each.isRobbed) cast.refusals.robbed.push(await refusalOf(options, each.marked, code));
    if (each.votesTwice) {
      cast.refusals.second.push(await refusalOf(options, each.marked, code));
      const again = await castVote(transport, ballot);
      if (again.status === 'accepted') cast.repeated += 1;
    }
  };

  const queue = plan.voting.entries();
  const voter = async () => {
    for (const [place, each] of queue) await vote(each, place);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, voter));
  const [some] = plan.voting;
  if (!some) throw new Error('nobody votes');
  for (let time = 0; time < numbers.wrongCodes; time += 1)
    cast.refusals.wrong.push(await refusalOf(options, some.marked, voterCode(randomBytes(17))));
  for (const { voter: owner, marked } of plan.voting.slice(-numbers.stolenCodes))
    cast.refusals.stolen.push(await refusalOf(options, marked, codes.get(owner) ?? ''));
  lines.end();
  await finished(lines);
  return cast;
}

/** Before anybody votes: letters are lost, not codes at the ballot. @returns the codes that hold. */
async function replaceLost(options: Options, cast: Cast): Promise<ReadonlyMap<string, string>> {
  const codes = new Map(options.codes);
  for (const { voter, marked, hasLostCode } of options.plan.voting) {
    if (!hasLostCode) continue;
    const lost = codes.get(voter) ?? '';
    codes.set(voter, await options.codeAgain(voter));
    cast.codes.push(lost);
    cast.refusals.voided.push(await refusalOf(options, marked, lost));
  }
  return codes;
}

/** A marked ballot with its token, or the code of the refusal. */
async function getBallot(
  { definition, registrarUrl }: Options,
  marked: MarkedOptions,
  code: string,
): Promise<SignedBallot | string> {
  const vote = prepared(definition, marked);
  const answer = await requestToken({ registrarUrl, vote, proof: { code }, blindState: blindVote(vote) });
  return answer.ok ? { vote, token: answer.token } : answer.code;
}

async function refusalOf(options: Options, marked: MarkedOptions, code: string): Promise<string> {
  const ballot = await getBallot(options, marked, code);
  return typeof ballot === 'string' ? ballot : 'none';
}

function prepared(definition: ElectionDefinition, marked: MarkedOptions): PreparedVote {
  const made = prepareVote(definition, marked);
  if (!made.ok) throw new Error(`a ballot does not fit: ${made.code}`);
  return made.vote;
}
