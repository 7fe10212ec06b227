import { type Election, prepareElection } from '@suffrage/contracts/ballot';
import { toBase64url } from '@suffrage/contracts/bytes';
import type { ElectionDefinition } from '@suffrage/contracts/election';
import type { Refusal } from '@suffrage/contracts/errors';
import { refuse } from '@suffrage/contracts/errors';
import { Redacted } from '@suffrage/contracts/redacted';
import { encodeSelections, type MarkedOptions, selectOptions } from '@suffrage/contracts/selections';
import { SALT_LENGTH, voteId } from '@suffrage/contracts/vote-id';

/** A choice that the voter has committed to. Keep it until the vote is counted: only the same vote may be repeated. */
export type PreparedVote = {
  readonly election: Election;
  readonly marked: Redacted<MarkedOptions>;
  readonly salt: Redacted<Uint8Array>;
  /** 32 bytes. */
  readonly voteId: Uint8Array;
  /** The same as base64url, as receipts and the status route write it. */
  readonly voteIdText: string;
};

export type RandomBytes = (length: number) => Uint8Array;

const systemRandom: RandomBytes = length => crypto.getRandomValues(new Uint8Array(length));

/** Checks the marks against the ballot, draws the salt and computes the vote ID. `Refusal` names the mark that is wrong. */
export function prepareVote(
  definition: ElectionDefinition,
  marked: MarkedOptions,
  random: RandomBytes = systemRandom,
): { readonly ok: true; readonly vote: PreparedVote } | Refusal {
  const election = prepareElection(definition);
  const selected = selectOptions(election, marked);
  if (!selected.ok) return refuse(selected.code, selected.field);
  const salt = random(SALT_LENGTH);
  const id = voteId(election.ballotHash, salt, encodeSelections(selected.selections));
  const vote = {
    election,
    marked: new Redacted(marked),
    salt: new Redacted(salt),
    voteId: id,
    voteIdText: toBase64url(id),
  };
  return { ok: true, vote };
}
