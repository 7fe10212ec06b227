import { hash } from 'node:crypto';
import { timeRefusal } from '@suffrage/contracts/ballot';
import { fromBase64url, toBase64url } from '@suffrage/contracts/bytes';
import { type ElectionDefinition, proofOf } from '@suffrage/contracts/election';
import { type Refusal, refuse } from '@suffrage/contracts/errors';
import { canBlindSign, signPseudonymousToken } from '@suffrage/contracts/token-keys.node';
import type { Pool } from '@suffrage/runtime/postgres/pool';
import type { ElectionKeys, UsableKeys } from '../keys/election-keys.ts';
import type { BlindSigner } from './blind-signer.ts';
import type { Credential } from './blind-tokens-store.ts';
import type { GrantInBatches } from './grant-in-batches.ts';
import type { IssueCounter } from './issue-counter.ts';
import { issueRevision, issueRevisionByCode, type Revision, type RevisionAsk } from './issued-store.ts';
import type { ProveVoter } from './prove-voter.ts';
import type { LimitHeaders, RateLimits } from './rate-limits.ts';
import type { FindElection } from './recent-elections.ts';
import { rollReference } from './voter-reference.ts';

export type BlindToken = { readonly blindSignature: string; readonly tokenKeyId: string };
export type PlainToken = {
  readonly token: string;
  readonly tokenKeyId: string;
  readonly revision: number;
  readonly voterReference: string;
};
export type TokenRequest = { readonly code?: string | undefined } & (
  | { readonly blindedMessage: string }
  | {
      /** Who asks, where nothing proves it. */
      readonly voter?: string | undefined;
      readonly voteId: string;
    }
);
/** What comes with a request besides its body. */
export type Asking = { readonly authorization: string | undefined; readonly address: string };

export type IssueResult = {
  readonly limits?: LimitHeaders | undefined;
  readonly retryAfterSeconds?: number;
} & ({ readonly ok: true; readonly token: BlindToken | PlainToken } | Refusal);
export type IssueToken = (electionId: string, request: TokenRequest, asking: Asking) => Promise<IssueResult>;

type Options = {
  readonly pool: Pool;
  readonly findElection: FindElection;
  readonly keys: ElectionKeys;
  readonly counter: IssueCounter;
  readonly grant: GrantInBatches;
  readonly signer: BlindSigner;
  readonly prove: ProveVoter;
  readonly limits: RateLimits;
  /** The greatest revision that a voter gets where voting again is allowed. */
  readonly maxRevision: number;
  readonly clock: () => number;
};

const HASH_BYTES = 32;

/** Gives tokens while an election is open: one to each voter, or one revision after the other. */
export function createIssueToken(options: Options): IssueToken {
  const { findElection, keys, prove, limits, clock } = options;

  return async (electionId, request, { authorization, address }) => {
    const election = await findElection(electionId);
    if (!election || election.phase === 'draft') return refuse('election-unknown');
    if (election.annulled) return refuse('election-annulled');
    const { definition } = election;
    const closed = timeRefusal(
      { opensAt: Date.parse(definition.opensAt), closesAt: Date.parse(definition.closesAt) },
      clock(),
    );
    if (closed) return refuse(closed);
    const misfit = requestRefusal(definition, request);
    if (misfit) return misfit;
    const usable = await keys.of(definition);
    if (!usable) return refuse('keys-destroyed');
    const proof = proofOf(definition);
    const shared = { address, election: electionId };
    // An ID token costs a signature to verify, and maybe a request to its provider: not without a limit before it. Where
    // nothing is proved these limits are all there is.
    const early = !proof || proof === 'sign-in' ? await limits.take(shared) : undefined;
    if (early?.ok === false) return limited(early);
    if (!proof) {
      const issued = await issueUnproven(options, definition, usable, request);
      return { ...issued, limits: early?.headers };
    }
    const proven = await prove(definition, proof, usable, { code: request.code, authorization });
    const own = proven.ok ? { credential: proven.name } : {};
    const taken = await limits.take(early ? own : { ...shared, ...own });
    if (!taken.ok) return limited(taken);
    const headers = taken.headers ?? early?.headers;
    if (!proven.ok) return { ...proven, limits: headers };
    const issued = await issueProven(options, definition, usable, request, proven.credential);
    return { ...issued, limits: headers };
  };
}

const limited = (limit: {
  readonly headers: LimitHeaders;
  readonly retryAfterSeconds: number;
}): IssueResult => ({
  ...refuse('rate-limited'),
  limits: limit.headers,
  retryAfterSeconds: limit.retryAfterSeconds,
});

/** Whether the request has the fields that this election asks for, and no other. */
function requestRefusal(definition: ElectionDefinition, request: TokenRequest): Refusal | undefined {
  const proof = proofOf(definition);
  const isBlind = 'blindedMessage' in request;
  if (isBlind !== (definition.mode === 'secret')) {
    const named = proof === undefined ? 'voter' : 'voteId';
    const wanted = definition.mode === 'secret' ? 'blindedMessage' : named;
    return refuse('field-invalid', wanted, `this election is ${definition.mode}`);
  }
  if (request.code !== undefined && proof !== 'code')
    return refuse('field-invalid', 'code', 'this election asks for no code');
  if (isBlind) return undefined;
  const wantsVoter = proof === undefined;
  if (wantsVoter === (request.voter !== undefined)) return undefined;
  return refuse(
    'field-invalid',
    'voter',
    wantsVoter ? 'a pseudonymous election needs to know who votes' : 'the registrar derives the voter itself',
  );
}

/** Anybody may take one token after the other: for demonstrations and load tests. A counter is all that stays of a blind one. */
async function issueUnproven(
  { pool, counter, signer, maxRevision }: Options,
  definition: ElectionDefinition,
  usable: UsableKeys,
  request: TokenRequest,
): Promise<IssueResult> {
  if ('blindedMessage' in request) {
    const bytes = readBlinded(usable, request.blindedMessage);
    if (!bytes) return refuse('blinded-message-invalid', 'blindedMessage');
    await counter.count(definition.id);
    return signBlind(signer, definition, usable, bytes);
  }
  const ask = readRevisionAsk(definition, request.voteId, maxRevision);
  if (!ask) return refuse('field-invalid', 'voteId', 'must be 32 bytes as base64url');
  const reference = rollReference(usable.referenceKey, request.voter ?? '');
  return signRevision(definition, usable, ask, await issueRevision(pool, ask, reference));
}

/** Decides and commits first, signs then. A code that is wrong, or used, costs the same work as one that is right. */
async function issueProven(
  options: Options,
  definition: ElectionDefinition,
  usable: UsableKeys,
  request: TokenRequest,
  credential: Credential,
): Promise<IssueResult> {
  const { pool, grant, signer, maxRevision } = options;
  const byCode = 'codeHash' in credential;
  if ('blindedMessage' in request) {
    const bytes = readBlinded(usable, request.blindedMessage);
    if (!bytes) return refuse('blinded-message-invalid', 'blindedMessage');
    const tokenKeyId = fromBase64url(definition.tokenKeys[0]?.keyId ?? '') ?? new Uint8Array();
    const blindedHash = hash('sha256', bytes, 'buffer');
    const granted = await grant({ id: definition.id, tokenKeyId }, { credential, blindedHash });
    if (granted === 'granted') return signBlind(signer, definition, usable, bytes);
    if (byCode) {
      // Thrown away.
      await signBlind(signer, definition, usable, bytes);
      return refuse('code-refused', 'code');
    }
    return refuse(granted === 'other' ? 'token-already-issued' : 'voter-not-eligible');
  }
  const ask = readRevisionAsk(definition, request.voteId, maxRevision);
  if (!ask) return refuse('field-invalid', 'voteId', 'must be 32 bytes as base64url');
  const revision = byCode
    ? await issueRevisionByCode(pool, ask, credential.codeHash)
    : await issueRevision(pool, ask, credential.voterReference);
  const result = signRevision(definition, usable, ask, revision);
  return byCode && !result.ok ? refuse('code-refused', 'code') : result;
}

function readBlinded({ tokenKey }: UsableKeys, blindedMessage: string): Uint8Array | undefined {
  const bytes = fromBase64url(blindedMessage);
  return bytes && canBlindSign(tokenKey, bytes) ? bytes : undefined;
}

async function signBlind(
  signer: BlindSigner,
  definition: ElectionDefinition,
  { tokenKey }: UsableKeys,
  bytes: Uint8Array,
): Promise<IssueResult> {
  const tokenKeyId = definition.tokenKeys[0]?.keyId ?? '';
  const blindSignature = await signer(tokenKeyId, tokenKey, bytes);
  return { ok: true, token: { blindSignature: toBase64url(blindSignature), tokenKeyId } };
}

function readRevisionAsk(
  { id, revote }: ElectionDefinition,
  voteIdText: string,
  maxRevision: number,
): RevisionAsk | undefined {
  const voteId = fromBase64url(voteIdText);
  if (voteId?.length !== HASH_BYTES) return undefined;
  return { electionId: id, voteId, maxRevision: revote === 'last' ? maxRevision : 1 };
}

const WHY_NOT = {
  other: 'token-already-issued',
  exhausted: 'revisions-exhausted',
  unknown: 'voter-not-eligible',
} as const;

function signRevision(
  definition: ElectionDefinition,
  { tokenKey }: UsableKeys,
  { voteId }: RevisionAsk,
  issued: Revision,
): IssueResult {
  const { revision, voterReference } = issued.ok ? issued : { revision: 1, voterReference: voteId };
  // Also where it is refused, for the same time.
  const token = signPseudonymousToken(tokenKey, {
    electionId: definition.id,
    voterReference,
    revision,
    voteId,
  });
  if (!issued.ok) return refuse(WHY_NOT[issued.why]);
  return {
    ok: true,
    token: {
      token: toBase64url(token),
      tokenKeyId: definition.tokenKeys[0]?.keyId ?? '',
      revision,
      voterReference: toBase64url(voterReference),
    },
  };
}
