import { createPublicKey, type KeyObject } from 'node:crypto';
import { type Election, prepareElection } from '@suffrage/contracts/ballot';
import { fromBase64url, toBase64url } from '@suffrage/contracts/bytes';
import { type ElectionDefinition, electionDefinition, type PublicKey } from '@suffrage/contracts/election';
import { tokenKeyId } from '@suffrage/contracts/privacy-pass';
import { publishedKey } from '@suffrage/contracts/sign-receipts.node';
import { rsaSpkiToPssSpki } from '@suffrage/contracts/token-keys.node';
import { seededEd25519Key, seededRsaKey } from './seeded-keys.ts';

/** What decides every byte of the votes, but how many there are: the first votes of two numbers are the same. */
export type VotesPlan = {
  readonly mode: 'secret' | 'pseudonymous';
  /** Whole, from 0. */
  readonly seed: number;
  /** Votes of each voter: above 1 they conflict, which needs `pseudonymous`; only one of them counts. */
  readonly votesPerVoter: number;
};

export const MAX_VOTES_PER_VOTER = 16;

/** An election whose private token key follows from the seed, so that no registrar has to sign its votes. */
export type LoadElection = {
  readonly id: string;
  readonly plan: VotesPlan;
  readonly tokenKey: KeyObject;
  /** 32 bytes. */
  readonly tokenKeyId: Uint8Array;
  readonly publishedTokenKey: PublicKey;
  /** Ready for vote IDs; its schedule and receipt keys stand for nothing: see `completeDefinition`. */
  readonly election: Election;
};

/** @throws Error when the plan can't be. */
export function loadElection(plan: VotesPlan): LoadElection {
  checkPlan(plan);
  const { mode, seed } = plan;
  const id = idOf(plan);
  const label = `suffrage/load/v1/${mode}/${seed}`;
  const tokenKey = mode === 'secret' ? seededRsaKey(label) : seededEd25519Key(label);
  const publishedTokenKey = mode === 'secret' ? pssKey(tokenKey) : publishedKey(createPublicKey(tokenKey));
  const placeholder = { opensAt: new Date(0), closesAt: new Date(1), receiptKeys: [publishedTokenKey] };
  const keyId = fromBase64url(publishedTokenKey.keyId);
  if (!keyId) throw new Error('a key id of ours is base64url');
  return {
    id,
    plan,
    tokenKey,
    tokenKeyId: keyId,
    publishedTokenKey,
    election: prepareElection(definitionOf(plan, publishedTokenKey, placeholder)),
  };
}

/** What depends on the installation and the moment. Neither vote IDs nor tokens cover it. */
export type Circumstances = {
  readonly opensAt: Date;
  readonly closesAt: Date;
  /** Public halves of what the installation's ingestion certifies receipts with. */
  readonly receiptKeys: readonly PublicKey[];
};

/** The definition that an installation must know to take these votes, as topic `elections` carries it. */
export function completeDefinition(
  { plan, publishedTokenKey }: LoadElection,
  circumstances: Circumstances,
): ElectionDefinition {
  return definitionOf(plan, publishedTokenKey, circumstances);
}

function definitionOf(
  plan: VotesPlan,
  tokenKey: PublicKey,
  { opensAt, closesAt, receiptKeys }: Circumstances,
): ElectionDefinition {
  return electionDefinition.parse({
    id: idOf(plan),
    title: { en: `Load test, ${plan.mode}, seed ${plan.seed}` },
    contests: [contest('mayor', 3, 1, 1), contest('council', 4, 0, 2)],
    mode: plan.mode,
    eligibility: 'open',
    revote: plan.votesPerVoter > 1 ? 'last' : 'none',
    opensAt: opensAt.toISOString(),
    closesAt: closesAt.toISOString(),
    timeZone: 'Etc/UTC',
    resultsPolicy: 'live',
    issuerName: 'load.test',
    tokenKeys: [tokenKey],
    receiptKeys,
  });
}

function contest(id: string, options: number, minSelections: number, maxSelections: number) {
  const names = Array.from({ length: options }, (_, place) => `${id}-${place + 1}`);
  return {
    id,
    title: { en: id },
    minSelections,
    maxSelections,
    options: names.map(name => ({ id: name, title: { en: name } })),
  };
}

/** The prefix tells load from elections that somebody means. */
function idOf({ mode, seed, votesPerVoter }: VotesPlan): string {
  return votesPerVoter > 1 ? `load-conflicting-${votesPerVoter}-${seed}` : `load-${mode}-${seed}`;
}

function checkPlan({ mode, seed, votesPerVoter }: VotesPlan): void {
  if (!Number.isSafeInteger(seed) || seed < 0) throw new Error('the seed must be a whole number from 0 on');
  if (!Number.isInteger(votesPerVoter) || votesPerVoter < 1 || votesPerVoter > MAX_VOTES_PER_VOTER)
    throw new Error(`a voter can cast 1 to ${MAX_VOTES_PER_VOTER} votes`);
  if (votesPerVoter > 1 && mode !== 'pseudonymous')
    throw new Error('several votes of one voter need pseudonymous mode: nobody knows whose a secret vote is');
}

/** As RFC 9578 section 6.5 asks. */
function pssKey(tokenKey: KeyObject): PublicKey {
  const spki = rsaSpkiToPssSpki(createPublicKey(tokenKey).export({ format: 'der', type: 'spki' }));
  return { keyId: toBase64url(tokenKeyId(spki)), publicKey: toBase64url(spki) };
}
