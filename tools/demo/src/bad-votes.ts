import { randomBytes } from 'node:crypto';
import { castVote } from '@suffrage/client/cast-vote';
import { grpcTransport } from '@suffrage/client/grpc-transport.node';
import { restTransport, type SignedBallot, toBody } from '@suffrage/client/transport';
import { toBase64url } from '@suffrage/contracts/bytes';
import type { ElectionDefinition } from '@suffrage/contracts/election';
import type { ErrorCode } from '@suffrage/contracts/errors';
import { Redacted } from '@suffrage/contracts/redacted';
import { signBallot } from './cast-ballots.ts';
import { FIRST, RANKED } from './draft.ts';
import type { LocalStack } from './local-stack.ts';

/** A vote that must be refused, what it was answered, and what it should have been. */
export type BadVote = { readonly what: string; readonly expected: ErrorCode; readonly answered: string };

type Elections = {
  readonly definition: ElectionDefinition;
  /** Closed by now; the ballot got its token while it was open. */
  readonly closed: SignedBallot;
};

/** Casts one of each kind of vote that must not be counted. */
export async function castBadVotes(stack: LocalStack, { definition, closed }: Elections): Promise<BadVote[]> {
  const [candidate] = definition.contests[0]?.options ?? [];
  const id = candidate?.id ?? '';
  const marked = { [FIRST]: [id], [RANKED]: [id] };
  const good = await signBallot(stack.registrarUrl, definition, marked);
  const other = await signBallot(stack.registrarUrl, definition, marked);
  const body = toBody(good);
  const everybody = definition.contests[0]?.options.map(option => option.id) ?? [];
  const foreign = { ...good, token: { ...good.token, token: other.token.token } };
  const post = (where: string, content: object) => postVote(stack, where, content);
  const here = definition.id;
  return [
    await judge(
      'an option that the ballot does not have',
      'option-unknown',
      post(here, { ...body, selections: { ...body.selections, [FIRST]: ['nobody'] } }),
    ),
    await judge(
      'ten first preferences',
      'selections-too-many',
      post(here, { ...body, selections: { ...body.selections, [FIRST]: everybody } }),
    ),
    await judge(
      'a choice changed after the token was given',
      'token-invalid',
      post(here, { ...body, selections: { [FIRST]: [everybody[1]], [RANKED]: [everybody[1]] } }),
    ),
    await judge('a token of another vote', 'token-invalid', overRest(stack, foreign)),
    await judge('a token of another vote, over gRPC', 'token-invalid', overGrpc(stack, foreign)),
    await judge(
      'a token that nobody signed',
      'token-invalid',
      overRest(stack, { ...good, token: { ...good.token, token: new Redacted(randomBytes(256)) } }),
    ),
    await judge(
      'a token of another election',
      'token-key-unknown',
      post(here, { ...body, tokenKeyId: toBase64url(closed.token.tokenKeyId) }),
    ),
    await judge(
      'a vote sent to another election',
      'election-closed',
      post(closed.vote.election.definition.id, body),
    ),
    await judge('a vote for an election that does not exist', 'election-unknown', post('nowhere', body)),
    await judge('a vote after the election closed', 'election-closed', overRest(stack, closed)),
    await judge('a field that nobody knows', 'field-invalid', post(here, { ...body, weight: 2 })),
  ];
}

async function judge(what: string, expected: ErrorCode, answer: Promise<string>): Promise<BadVote> {
  return { what, expected, answered: await answer };
}

async function postVote(
  { ingestionUrls: [url = ''] }: LocalStack,
  electionId: string,
  body: object,
): Promise<string> {
  const response = await fetch(`${url}/v1/elections/${electionId}/votes`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const json: unknown = await response.json();
  return typeof json === 'object' && json !== null && 'code' in json ? String(json.code) : 'accepted';
}

async function overRest({ ingestionUrls: [url = ''] }: LocalStack, ballot: SignedBallot): Promise<string> {
  const result = await castVote(restTransport(url), ballot);
  return result.status === 'refused' ? result.refusal.code : result.status;
}

async function overGrpc(
  { grpcAddresses: [address = ''] }: LocalStack,
  ballot: SignedBallot,
): Promise<string> {
  const { transport, close } = grpcTransport(address);
  const result = await castVote(transport, ballot);
  close();
  return result.status === 'refused' ? result.refusal.code : result.status;
}
