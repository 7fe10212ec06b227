import { receiptSchema } from '@suffrage/contracts/receipt';
import { openPosts, type Posted } from './posts.ts';
import type { VoteSet } from './votes.ts';

export const TRANSPORTS = ['rest', 'grpc-unary', 'grpc-many', 'grpc-stream'] as const;
/** `grpc-bulk`: many in a call, too, but collected for so long that only what a vote costs is of interest, not its latency. */
export type Transport = (typeof TRANSPORTS)[number] | 'grpc-bulk';

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

/** Requests whose bodies are sent as they lie in the file. */
export function restSender(url: string, votes: VoteSet): Sender {
  return postSender(url, votes, index => votes.body(index));
}

/** The same without a body. */
export function emptyPostSender(url: string, votes: VoteSet): Sender {
  return postSender(url, votes, () => undefined);
}

function postSender(
  url: string,
  { election }: VoteSet,
  bodyOf: (index: number) => Buffer | undefined,
): Sender {
  const posts = openPosts(url, `/v1/elections/${election.definition.id}/votes`);
  return {
    prepare: () => undefined,
    send: (index, answered) => posts.post(bodyOf(index), answer => answered(restAnswer(answer))),
    close: async () => posts.close(),
  };
}

function restAnswer(answer: Posted | Error): Answer {
  if (answer instanceof Error) return { kind: 'failed', code: answer.message };
  const { status, body } = answer;
  if (status !== 201) return { kind: status === 504 ? 'failed' : 'refused', code: String(status) };
  const place = () => {
    const { partition, offset } = receiptSchema.parse(JSON.parse(body()));
    return { partition, offset: Number(offset) };
  };
  return { kind: 'accepted', place };
}
