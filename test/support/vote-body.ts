import type { TestElection } from '@suffrage/contracts/testing.node';
import { toBase64url } from '@suffrage/contracts/bytes';
import type { Election } from '@suffrage/contracts/ballot';
import type { CastVoteRequest } from '@suffrage/contracts/generated/suffrage/v1/vote_service';
import { decodeSelections } from '@suffrage/contracts/selections';
import type { Vote } from '@suffrage/contracts/vote';
import type { CastVoteBody } from '@suffrage/contracts/vote-request';
import { plant } from './written.ts';

/** The REST body of a vote. */
export function voteBody({ definition, ...election }: Election, vote: Vote): CastVoteBody {
  const marks = decodeSelections({ definition, ...election }, vote.selections.reveal()) ?? [];
  const selections = definition.contests.map(({ id, options }, place) => [
    id,
    (marks[place] ?? []).map(index => options[index]?.id ?? ''),
  ]);
  const voterReference = vote.voterReference.reveal();
  plant(vote.salt.reveal(), vote.token.reveal(), voterReference);
  return {
    selections: Object.fromEntries(selections),
    salt: toBase64url(vote.salt.reveal()),
    token: toBase64url(vote.token.reveal()),
    tokenKeyId: toBase64url(vote.tokenKeyId),
    ...(voterReference.length > 0
      ? { revision: vote.revision, voterReference: toBase64url(voterReference) }
      : {}),
  };
}

/** The same over gRPC, for elections made by `testElection`. */
export function voteRequest({ election }: TestElection, vote: Vote): CastVoteRequest {
  plant(vote.salt.reveal(), vote.token.reveal(), vote.voterReference.reveal());
  return {
    electionId: election.definition.id,
    selections: [{ contestId: 'mayor', optionIds: ['mayor-1'] }],
    salt: vote.salt.reveal(),
    token: vote.token.reveal(),
    tokenKeyId: vote.tokenKeyId,
    revision: vote.revision,
    voterReference: vote.voterReference.reveal(),
  };
}

/** Sends a body as it is; gives status, parsed answer and headers. */
export async function post(
  url: string,
  electionId: string,
  body: unknown,
  headers: Record<string, string> = { 'content-type': 'application/json' },
): Promise<{ status: number; json: Record<string, unknown>; headers: Headers }> {
  const response = await fetch(`${url}/v1/elections/${electionId}/votes`, {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const json: unknown = await response.json();
  if (typeof json !== 'object' || json === null) throw new Error('the answer is not a JSON object');
  return { status: response.status, json: { ...json }, headers: response.headers };
}
