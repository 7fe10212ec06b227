import { type Refusal, refuse } from '@suffrage/contracts/errors';
import { fromBase64url } from '@suffrage/contracts/bytes';
import {
  CastVoteRequest,
  type CastVoteResponse,
  type Receipt as ReceiptMessage,
  VoteServiceService,
} from '@suffrage/contracts/generated/suffrage/v1/vote_service';
import type { Receipt } from '@suffrage/contracts/receipt';
import { Redacted } from '@suffrage/contracts/redacted';
import type { VoteRequest } from '@suffrage/contracts/vote-request';
import type { Log } from '@suffrage/runtime/log';
import type { sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js';
import { answerName, type CastResult, type CastVote } from '../cast-vote.ts';
import type { IngestionMetrics } from '../metrics.ts';
import { traced } from '../tracing.ts';
import { toServiceError } from './status.ts';

type Options = {
  readonly castVote: CastVote;
  readonly metrics: Pick<IngestionMetrics, 'votes'>;
  readonly log: Log;
};

/** `undefined`: bytes that are no such message. */
type Received<Message> = { readonly message: Message | undefined };
type CastVoteCall = ServerUnaryCall<Received<CastVoteRequest>, CastVoteResponse>;

/** Left to itself gRPC answers what it can't read with INTERNAL, as if it were our fault. */
export const voteServiceDefinition = {
  castVote: { ...VoteServiceService.castVote, requestDeserialize: receive(CastVoteRequest.decode) },
};

export type VoteService = {
  readonly castVote: (call: CastVoteCall, answer: sendUnaryData<CastVoteResponse>) => void;
};

function receive<Message>(
  decode: (received: Uint8Array) => Message,
): (received: Buffer) => Received<Message> {
  return received => {
    try {
      return { message: decode(received) };
    } catch {
      return { message: undefined };
    }
  };
}

/** `suffrage.v1.VoteService`: the same use case as REST, another transport. */
export function createVoteService({ castVote, metrics, log }: Options): VoteService {
  const cast = async (call: CastVoteCall) => {
    const { message } = call.request;
    const vote = message ? fromMessage(message) : refuse('malformed-message');
    if ('ok' in vote) return vote;
    return traced('suffrage.v1.VoteService/CastVote', call.metadata.getMap(), headers =>
      castVote(vote, headers),
    );
  };
  const castVoteUnary = async (call: CastVoteCall, answer: sendUnaryData<CastVoteResponse>) => {
    const result = await cast(call).catch(error => {
      log.error({ err: error, rpc: 'CastVote' }, 'request failed');
      return refuse('internal');
    });
    metrics.votes.inc({ transport: 'grpc', code: answerName(result) });
    if (result.ok) answer(null, toResponse(result));
    else answer(toServiceError(result));
  };
  return { castVote: (call, answer) => void castVoteUnary(call, answer) };
}

/** A contest named twice would be merged or overwritten in a map, so it is refused here. */
function fromMessage(message: CastVoteRequest): VoteRequest | Refusal {
  const selections: Record<string, readonly string[]> = Object.create(null);
  for (const [place, { contestId, optionIds }] of message.selections.entries()) {
    if (Object.hasOwn(selections, contestId)) {
      return refuse('field-invalid', `selections[${place}].contest_id`, 'the contest is named twice');
    }
    selections[contestId] = optionIds;
  }
  return {
    electionId: message.electionId,
    selections: new Redacted(selections),
    salt: new Redacted(message.salt),
    token: new Redacted(message.token),
    tokenKeyId: message.tokenKeyId,
    revision: message.revision,
    voterReference: new Redacted(message.voterReference),
  };
}

function toResponse(result: Extract<CastResult, { ok: true }>): CastVoteResponse {
  switch (result.durability) {
    case 'replicated':
      return { receipt: toMessage(result.receipt), local: undefined };
    case 'local':
      return { receipt: undefined, local: { electionId: result.electionId, voteId: result.voteId } };
  }
}

function toMessage(receipt: Receipt): ReceiptMessage {
  const { certificate } = receipt;
  return {
    ...receipt,
    voteId: bytes(receipt.voteId),
    offset: BigInt(receipt.offset),
    timestamp: BigInt(receipt.timestamp),
    path: receipt.path.map(bytes),
    signature: bytes(receipt.signature),
    certificate: {
      instance: certificate.instance,
      publicKey: bytes(certificate.publicKey),
      receiptKeyId: bytes(certificate.receiptKeyId),
      signature: bytes(certificate.signature),
    },
  };
}

/** Our own receipts hold valid base64url. */
function bytes(text: string): Uint8Array {
  const decoded = fromBase64url(text);
  if (!decoded) throw new Error('a receipt of ours holds invalid base64url');
  return decoded;
}
