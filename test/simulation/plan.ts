import { equalBytes, toBase64url } from '@suffrage/contracts/bytes';
import type { TokenCheck } from '@suffrage/contracts/check-vote';
import { type ElectionDefinition, electionDefinition } from '@suffrage/contracts/election';
import { refuse } from '@suffrage/contracts/errors';
import { Redacted } from '@suffrage/contracts/redacted';
import type { Vote } from '@suffrage/contracts/vote';
import { fromCastVoteBody, markBallot } from '@suffrage/contracts/vote-request';
import type { Token } from '@suffrage/client/request-token';
import { type PreparedVote, prepareVote } from '@suffrage/client/prepare-vote';
import { type SignedBallot, toBody } from '@suffrage/client/transport';
import { createHash } from 'node:crypto';
import type { Random } from './random.ts';

export const TOPIC = 'votes';
/** Virtual time begins here. */
export const STARTS_AT = Date.parse('2026-05-07T07:00:00Z');

/** One voter's intention to cast one vote, once or several times. */
export type PlannedVote = {
  readonly ballot: SignedBallot;
  /** What the votes of one voter share; the vote itself in `secret` elections. */
  readonly ballotKey: Uint8Array;
  readonly revision: number;
  /** When it is cast, milliseconds from the start; several times when several devices send the same vote. */
  readonly castAfter: readonly number[];
  /** Whether its token is one. */
  readonly isGenuine: boolean;
  /** Whether its voter sends it again later when the outcome is unknown. */
  readonly isPersistent: boolean;
};

export type PlannedElection = {
  readonly definition: ElectionDefinition;
  /** When it is published, milliseconds from the start. */
  readonly publishAfter: number;
  /** Another closing, announced so much later. */
  readonly move?: { readonly announceAfter: number; readonly closesAfter: number };
};

/** Everything that the seed decides before the first event. Lengths of time are in milliseconds. */
export type Plan = {
  readonly shards: number;
  readonly partitions: number;
  readonly databases: number;
  readonly ingestions: number;
  readonly processors: number;
  readonly concurrentPartitions: number;
  readonly elections: readonly PlannedElection[];
  readonly votes: readonly PlannedVote[];
  /** The bound of each ingestion process's queue on its disk; without one there are none. */
  readonly queueBytes?: number;
  /** How long votes are cast and things break. */
  readonly activeMillis: number;
};

export function makePlan(random: Random): Plan {
  const shards = random.pick([1, 1, 2]);
  const activeMillis = random.between(15_000, 45_000);
  const elections = Array.from({ length: random.integer(1, 2) }, (_, place) =>
    planElection(random, place, activeMillis),
  );
  const queues = random.fork('local queues');
  return {
    shards,
    // A small one has room for a handful of votes.
    ...(queues.chance(0.5) ? { queueBytes: queues.pick([2 ** 30, 70_000]) } : {}),
    partitions: shards * random.integer(1, 3),
    databases: random.integer(1, shards),
    ingestions: random.integer(1, 3),
    processors: random.integer(1, 3),
    concurrentPartitions: random.integer(1, 3),
    elections,
    votes: elections.flatMap(election => planVotes(random, election, activeMillis)),
    activeMillis,
  };
}

function planElection(random: Random, place: number, activeMillis: number): PlannedElection {
  const mode = random.pick(['secret', 'pseudonymous'] as const);
  const publishAfter = random.chance(0.3) ? random.between(0, activeMillis / 3) : 0;
  const opensAfter = random.pick([-3_600_000, publishAfter + random.between(0, 5_000)]);
  // The registrar wants a closing to be 20 s ahead, and a change of it announced 20 s before it takes effect.
  const closesSoon = publishAfter + random.between(20_500, 40_000);
  const closesAfter = random.chance(0.3) ? closesSoon : 3_600_000;
  const announceAfter = publishAfter + random.between(0, 15_000);
  const movedTo = announceAfter + random.between(25_000, 40_000);
  const definition = electionDefinition.parse({
    id: `election-${place}`,
    title: { en: 'Election' },
    contests: [contest('first', 1), contest('all', 3)],
    mode,
    eligibility: 'open',
    revote: mode === 'pseudonymous' ? 'last' : 'none',
    opensAt: instant(opensAfter),
    closesAt: instant(closesAfter),
    timeZone: 'UTC',
    resultsPolicy: 'live',
    issuerName: 'issuer.test',
    tokenKeys: [KEY],
    receiptKeys: [KEY],
  });
  const moves = random.chance(0.25) && announceAfter < closesAfter - 1_000;
  return {
    definition,
    publishAfter,
    ...(moves ? { move: { announceAfter, closesAfter: movedTo } } : {}),
  };
}

export function instant(afterMillis: number): string {
  return new Date(STARTS_AT + Math.floor(afterMillis)).toISOString();
}

function contest(id: string, maxSelections: number) {
  const options = ['a', 'b', 'c'].map(name => ({ id: name, title: { en: name } }));
  return { id, title: { en: id }, minSelections: 1, maxSelections, options };
}

function planVotes(random: Random, { definition }: PlannedElection, activeMillis: number): PlannedVote[] {
  const votes: PlannedVote[] = [];
  for (let voter = random.integer(3, 12); voter > 0; voter -= 1) {
    const secret = definition.mode === 'secret';
    const voterReference = secret ? new Uint8Array() : random.bytes(32);
    const revisions = secret ? 1 : random.integer(1, 3);
    // Revisions may come in any order, and at nearly the same time.
    const from = random.between(0, activeMillis);
    const within = random.pick([100, 2_000, activeMillis - from]);
    for (let revision = 1; revision <= revisions; revision += 1) {
      const isGenuine = !random.chance(0.05);
      const vote = prepare(random, definition);
      const token = makeToken(vote, secret ? 0 : revision, voterReference, isGenuine);
      const castAfter = Array.from(
        { length: random.pick([1, 1, 1, 2, 3]) },
        () => from + random.between(0, within),
      );
      votes.push({
        ballot: { vote, token },
        ballotKey: secret ? vote.voteId : voterReference,
        revision: token.revision,
        castAfter,
        isGenuine,
        isPersistent: random.chance(0.7),
      });
    }
  }
  return votes;
}

function prepare(random: Random, definition: ElectionDefinition): PreparedVote {
  const names = ['a', 'b', 'c'];
  const marked = {
    first: [random.pick(names)],
    all: random.shuffled(names).slice(0, random.integer(1, 3)),
  };
  const prepared = prepareVote(definition, marked, length => random.bytes(length));
  if (!prepared.ok) throw new Error(`planned a vote that does not fit its ballot: ${prepared.code}`);
  return prepared.vote;
}

const KEY_ID = new Uint8Array(32).fill(7);
const KEY = { keyId: toBase64url(KEY_ID), publicKey: 'a2V5' };

/** Real signatures are other tests' business: here a token is a hash over the same fields, a thousand times cheaper. */
function seal(
  electionId: string,
  {
    voteId,
    revision,
    voterReference,
  }: Pick<Parameters<TokenCheck>[1], 'voteId' | 'revision' | 'voterReference'>,
): Uint8Array {
  const hash = createHash('sha256').update(electionId).update('\0').update(voteId).update(voterReference);
  return hash.update(String(revision)).digest();
}

function makeToken(
  { election, voteId }: PreparedVote,
  revision: number,
  voterReference: Uint8Array,
  isGenuine: boolean,
): Token {
  const token = seal(election.definition.id, { voteId, revision, voterReference });
  if (!isGenuine) token[0] = (token[0] ?? 0) ^ 1;
  return {
    token: new Redacted(token),
    tokenKeyId: KEY_ID,
    revision,
    voterReference: new Redacted(voterReference),
  };
}

export const checkToken: TokenCheck = ({ definition }, signed) => {
  if (!equalBytes(signed.tokenKeyId, KEY_ID)) return { ok: false, code: 'token-key-unknown' };
  const good = equalBytes(signed.token, seal(definition.id, signed));
  return good ? { ok: true } : { ok: false, code: 'token-invalid' };
};

/** The vote as ingestion puts it on the log. */
export function toVote({ ballot }: PlannedVote): Vote {
  const { election } = ballot.vote;
  const request = fromCastVoteBody(election.definition.id, toBody(ballot));
  const marked = 'ok' in request ? refuse(request.code) : markBallot(election, request);
  if (!marked.ok) throw new Error(`a planned vote is refused: ${marked.code}`);
  return marked.vote;
}
