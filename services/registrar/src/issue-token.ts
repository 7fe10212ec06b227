import { createHmac, type KeyObject } from 'node:crypto';
import { timeRefusal } from '@suffrage/contracts/ballot';
import { fromBase64url, toBase64url } from '@suffrage/contracts/bytes';
import { type Refusal, refuse } from '@suffrage/contracts/errors';
import { blindSign, signPseudonymousToken, tokenPrivateKey } from '@suffrage/contracts/token-keys.node';
import type { Pool } from '@suffrage/runtime/postgres/pool';
import { findElection, findTokenKeys, type StoredElection } from './election-store.ts';
import type { IssueCounter } from './issue-counter.ts';
import { issueRevision } from './issued-store.ts';
import type { KeyVault } from './key-vault.ts';

export type BlindToken = { readonly blindSignature: string; readonly tokenKeyId: string };
export type PlainToken = {
  readonly token: string;
  readonly tokenKeyId: string;
  readonly revision: number;
  readonly voterReference: string;
};
export type TokenRequest =
  | { readonly blindedMessage: string }
  | { /** Who asks. */ readonly voter: string; readonly voteId: string };

export type IssueResult = { readonly ok: true; readonly token: BlindToken | PlainToken } | Refusal;
export type IssueToken = (electionId: string, request: TokenRequest) => Promise<IssueResult>;

type Keys = { readonly tokenKey: KeyObject; readonly referenceKey: Buffer };

type Options = {
  readonly pool: Pool;
  readonly vault: KeyVault;
  readonly counter: IssueCounter;
  readonly clock: () => number;
};

const HASH_BYTES = 32;

/** Gives tokens while an election is open. The election must be `open` to everybody: rolls are not served yet. */
export function createIssueToken({ pool, vault, counter, clock }: Options): IssueToken {
  const cached = new Map<string, Promise<Keys>>();

  const loadKeys = async (id: string): Promise<Keys> => {
    const sealed = await findTokenKeys(pool, id);
    if (!sealed) throw new Error('an election without keys');
    return {
      tokenKey: tokenPrivateKey(vault.open(id, sealed.tokenKey)),
      referenceKey: vault.open(id, sealed.referenceKey),
    };
  };
  const keysOf = (id: string): Promise<Keys> => {
    const loading = cached.get(id) ?? loadKeys(id);
    cached.set(id, loading);
    loading.catch(() => cached.delete(id));
    return loading;
  };

  /** The registrar learns that somebody asked, not for which vote; a counter is all that stays. */
  const issueBlind = async ({ definition }: StoredElection, blindedMessage: string): Promise<IssueResult> => {
    const bytes = fromBase64url(blindedMessage);
    if (!bytes) return refuse('blinded-message-invalid', 'blindedMessage');
    const { tokenKey } = await keysOf(definition.id);
    // Synchronous, about half a millisecond: a thread pool would cost more than it frees on the small pods this runs in.
    const signed = blindSign(tokenKey, bytes);
    if (!signed.ok) return refuse(signed.code, 'blindedMessage');
    await counter.count(definition.id);
    const tokenKeyId = definition.tokenKeys[0]?.keyId ?? '';
    return { ok: true, token: { blindSignature: toBase64url(signed.blindSignature), tokenKeyId } };
  };

  const issuePlain = async (
    { definition }: StoredElection,
    voter: string,
    voteIdText: string,
  ): Promise<IssueResult> => {
    const voteId = fromBase64url(voteIdText);
    if (voteId?.length !== HASH_BYTES)
      return refuse('field-invalid', 'voteId', 'must be 32 bytes as base64url');
    const { tokenKey, referenceKey } = await keysOf(definition.id);
    const voterReference = createHmac('sha256', referenceKey).update(voter).digest();
    const mayRevote = definition.revote === 'last';
    const revision = await issueRevision(pool, {
      electionId: definition.id,
      voterReference,
      voteId,
      mayRevote,
    });
    if (revision === undefined) return refuse('token-already-issued', 'voter');
    const token = signPseudonymousToken(tokenKey, {
      electionId: definition.id,
      voterReference,
      revision,
      voteId,
    });
    return {
      ok: true,
      token: {
        token: toBase64url(token),
        tokenKeyId: definition.tokenKeys[0]?.keyId ?? '',
        revision,
        voterReference: toBase64url(voterReference),
      },
    };
  };

  return async (electionId, request) => {
    const election = await findElection(pool, electionId);
    if (!election || election.phase === 'draft') return refuse('election-unknown');
    if (election.annulled) return refuse('election-annulled');
    const { definition } = election;
    const closed = timeRefusal(
      { opensAt: Date.parse(definition.opensAt), closesAt: Date.parse(definition.closesAt) },
      clock(),
    );
    if (closed) return refuse(closed);
    if (definition.eligibility !== 'open') return refuse('voter-not-eligible');
    const isBlind = 'blindedMessage' in request;
    if (isBlind !== (definition.mode === 'secret')) {
      const wanted = definition.mode === 'secret' ? 'blindedMessage' : 'voter';
      return refuse('field-invalid', wanted, `this election is ${definition.mode}`);
    }
    return isBlind
      ? issueBlind(election, request.blindedMessage)
      : issuePlain(election, request.voter, request.voteId);
  };
}
