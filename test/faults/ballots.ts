import { randomBytes } from 'node:crypto';
import type { SignedBallot } from '@suffrage/client/transport';
import { electionId } from '@suffrage/contracts/election';
import { Redacted } from '@suffrage/contracts/redacted';
import { type TestElection, testElection } from '@suffrage/contracts/testing.node';
import { signedBallot } from '@suffrage/test/ballot';
import { notationsOf } from '@suffrage/test/written';

/** The elections of one case, with their private keys: no registrar is needed to sign a ballot. */
export type CaseElections = { readonly secret: TestElection; readonly revotable: TestElection };

const HOUR_MILLIS = 3_600_000;

export function makeElections(caseName: string, receiptKeyPem: string): CaseElections {
  const id = (suffix: string) =>
    electionId.parse(`${caseName.slice(0, 40)}-${suffix}-${randomBytes(3).toString('hex')}`);
  // Open for longer than any clock is shifted: the brokers, not the calendar, are to notice that.
  const at = (hours: number) => new Date(Date.now() + hours * HOUR_MILLIS).toISOString();
  const common = { receiptKeyPem, opensAt: at(-6), closesAt: at(6) };
  return {
    secret: testElection({ id: id('secret'), ...common }),
    revotable: testElection({ id: id('last'), mode: 'pseudonymous', revote: 'last', ...common }),
  };
}

export type Ballots = {
  /** The next voter's ballot: one in ten blind, as costly as those are; one in twelve a later revision of an earlier one. */
  next(): SignedBallot;
  /** A ballot whose token was altered: it must be refused. */
  forged(): SignedBallot;
  /** What of all these nobody may ever write, in every notation: salts and voter references. Tokens are known by their form. */
  secrets(): ReadonlySet<string>;
};

const SECRET_SHARE = 0.1;
const REVISED_SHARE = 0.08;

export function createBallots({ secret, revotable }: CaseElections, random: () => number): Ballots {
  const voted: { readonly voterReference: Uint8Array; revision: number }[] = [];
  const secrets = new Set<string>();
  const remember = (ballot: SignedBallot) => {
    const { salt } = ballot.vote;
    for (const text of [salt, ballot.token.voterReference].flatMap(kept => notationsOf(kept.reveal())))
      if (text !== '') secrets.add(text);
    return ballot;
  };
  const pick = (count: number) => Math.floor(random() * count);
  const marked = () => ({
    mayor: [`mayor-${1 + pick(3)}`],
    council: random() < 0.5 ? [] : [`council-${1 + pick(4)}`],
  });
  const secretBallot = () => signedBallot(secret, { marked: marked() });
  const revotableBallot = () => {
    const earlier = random() < REVISED_SHARE ? voted[pick(voted.length)] : undefined;
    const voter = earlier ?? { voterReference: randomBytes(32), revision: 0 };
    voter.revision += 1;
    if (!earlier) voted.push(voter);
    return signedBallot(revotable, { marked: marked(), ...voter });
  };
  return {
    next: () => remember(random() < SECRET_SHARE ? secretBallot() : revotableBallot()),
    forged: () => {
      const ballot = remember(revotableBallot());
      const token = Uint8Array.from(ballot.token.token.reveal());
      token[0] = (token[0] ?? 0) ^ 1;
      return { ...ballot, token: { ...ballot.token, token: new Redacted(token) } };
    },
    secrets: () => secrets,
  };
}
