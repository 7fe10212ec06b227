import { Client, credentials, status } from '@grpc/grpc-js';
import {
  CastVoteRequest,
  CastVoteResponse,
  VoteServiceService,
} from '@suffrage/contracts/generated/suffrage/v1/vote_service';
import { receiptSchema } from '@suffrage/contracts/receipt';
import { Pool } from 'undici';
import { parsedBody, voteOf, type VoteSet } from './votes.ts';

export const TRANSPORTS = ['rest', 'grpc-unary'] as const;
export type Transport = (typeof TRANSPORTS)[number];

/** Where an accepted vote lies. */
export type Place = { readonly partition: number; readonly offset: number };

/** How one vote was answered. `place` reads it out of the receipt: costly, so only for some. */
type Answer =
  | { readonly kind: 'accepted'; readonly place: () => Place }
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'failed'; readonly code: string };

export type Sender = {
  /** Makes what will be sent, so that sending spends nothing on it. */
  readonly prepare: (from: number, count: number) => void;
  /** Sends the vote at this index of the set. */
  readonly send: (index: number, answered: (answer: Answer) => void) => void;
  readonly close: () => Promise<void>;
};

const NO_PLACE = () => {
  throw new Error('a floor gives no receipt');
};
const ANSWER_MILLIS = 15_000;

/** Requests over keep-alive connections, whose bodies are sent as they lie in the file. */
export function restSender(url: string, votes: VoteSet, connections: number): Sender {
  return postSender(url, votes, connections, index => votes.body(index));
}

/** The same without a body. */
export function emptyPostSender(url: string, votes: VoteSet, connections: number): Sender {
  return postSender(url, votes, connections, () => undefined);
}

function postSender(
  url: string,
  { election }: VoteSet,
  connections: number,
  bodyOf: (index: number) => Buffer | undefined,
): Sender {
  const pool = new Pool(url, {
    connections,
    pipelining: 1,
    headersTimeout: ANSWER_MILLIS,
    bodyTimeout: ANSWER_MILLIS,
  });
  const path = `/v1/elections/${election.definition.id}/votes`;
  return {
    prepare: () => undefined,
    send(index, answered) {
      const body = bodyOf(index);
      const headers = body ? { 'content-type': 'application/json' } : {};
      let code = 0;
      const chunks: Buffer[] = [];
      pool.dispatch(
        { path, method: 'POST', headers, body: body ?? null },
        {
          onRequestStart: () => undefined,
          onResponseStart: (_controller, received) => void (code = received),
          onResponseData: (_controller, chunk) => void chunks.push(chunk),
          onResponseEnd: () => answered(restAnswer(code, chunks)),
          onResponseError: (_controller, error) => answered({ kind: 'failed', code: error.name }),
        },
      );
    },
    close: () => pool.destroy(),
  };
}

function restAnswer(code: number, chunks: readonly Buffer[]): Answer {
  if (code !== 201) return { kind: code === 504 ? 'failed' : 'refused', code: String(code) };
  const place = () => {
    const { partition, offset } = receiptSchema.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
    return { partition, offset: Number(offset) };
  };
  return { kind: 'accepted', place };
}

/** One call for each vote, all on one connection. */
export function grpcSender(address: string, votes: VoteSet): Sender {
  const client = new Client(address, credentials.createInsecure());
  const { path } = VoteServiceService.castVote;
  const requests: Buffer[] = [];
  const requestAt = (index: number) => (requests[index] ??= requestOf(votes, index));
  return {
    prepare: (from, count) => {
      for (let index = from; index < from + count; index += 1) requestAt(index);
    },
    send(index, answered) {
      const request = requestAt(index);
      client.makeUnaryRequest<Buffer, Buffer>(path, asItIs, asItIs, request, (error, response) => {
        if (response) answered({ kind: 'accepted', place: () => placeOf(response) });
        else if (error) {
          const kind = error.code === status.DEADLINE_EXCEEDED ? 'failed' : 'refused';
          answered({ kind, code: String(error.metadata.get('suffrage-code')[0] ?? error.code) });
        }
      });
    },
    close: async () => client.close(),
  };
}

const asItIs = (bytes: Buffer) => bytes;

function requestOf(votes: VoteSet, index: number): Buffer {
  const body = votes.body(index);
  const vote = voteOf(votes, body);
  const { selections } = parsedBody(body);
  return Buffer.from(
    CastVoteRequest.encode({
      electionId: vote.electionId,
      selections: Object.entries(selections).map(([contestId, optionIds]) => ({ contestId, optionIds })),
      salt: vote.salt.reveal(),
      token: vote.token.reveal(),
      tokenKeyId: vote.tokenKeyId,
      revision: vote.revision,
      voterReference: vote.voterReference.reveal(),
    }).finish(),
  );
}

function placeOf(response: Buffer): Place {
  const { receipt } = CastVoteResponse.decode(response);
  if (!receipt) return NO_PLACE();
  return { partition: receipt.partition, offset: Number(receipt.offset) };
}
