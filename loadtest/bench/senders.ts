import { receiptSchema } from '@suffrage/contracts/receipt';
import { Pool } from 'undici';
import type { VoteSet } from './votes.ts';

export const TRANSPORTS = ['rest', 'grpc-unary', 'grpc-many', 'grpc-stream'] as const;
export type Transport = (typeof TRANSPORTS)[number];

/** Where an accepted vote lies. */
export type Place = { readonly partition: number; readonly offset: number };

/** How one vote was answered. `place` reads it out of the receipt: costly, so only for some. */
export type Answer =
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
