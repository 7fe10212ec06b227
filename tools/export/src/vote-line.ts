import type { Election } from '@suffrage/contracts/ballot';
import { equalBytes, toBase64url } from '@suffrage/contracts/bytes';
import { identify } from '@suffrage/contracts/check-vote';
import { decodeSelections } from '@suffrage/contracts/selections';
import { decodeVoteRecord } from '@suffrage/contracts/vote';

/**
 * A counted vote as the export has it: one JSON object, bytes as base64url. No time, no place on the log: nothing that
 * tells when it was cast.
 * @throws Error when the record is not the vote that was counted.
 */
export function voteLine(election: Election, value: Uint8Array | null, counted: Uint8Array): string {
  const vote = value ? decodeVoteRecord(value) : undefined;
  const identity = vote && identify(election, vote);
  const marks = vote && decodeSelections(election, vote.selections.reveal());
  if (!identity || !marks || !equalBytes(identity.voteId, counted))
    throw new Error('the record is not the counted vote');
  const selections = Object.fromEntries(
    election.contests.map(({ contest }, place) => [
      contest.id,
      (marks[place] ?? []).map(index => contest.options[index]?.id ?? ''),
    ]),
  );
  return JSON.stringify({
    voteId: toBase64url(identity.voteId),
    selections,
    salt: toBase64url(vote.salt.reveal()),
    token: toBase64url(vote.token.reveal()),
    tokenKeyId: toBase64url(vote.tokenKeyId),
    ...(election.definition.mode === 'pseudonymous'
      ? { voterReference: toBase64url(vote.voterReference.reveal()), revision: vote.revision }
      : {}),
  });
}
