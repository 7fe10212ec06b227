import { fromBase64url } from '@suffrage/contracts/bytes';
import { errorRegistry, type Refusal, refuse } from '@suffrage/contracts/errors';
import type {
  CastVoteRequest,
  CastVoteResponse,
  CastVoteResult,
  Receipt as ReceiptMessage,
  VoteRefusal,
} from '@suffrage/contracts/generated/suffrage/v1/vote_service';
import type { Receipt } from '@suffrage/contracts/receipt';
import { Redacted } from '@suffrage/contracts/redacted';
import type { VoteRequest } from '@suffrage/contracts/vote-request';
import { status } from '@grpc/grpc-js';
import type { CastResult } from '../cast-vote.ts';

/** A contest named twice would be merged or overwritten in a map, so it is refused here. */
export function fromMessage(message: CastVoteRequest): VoteRequest | Refusal {
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

/** The answer to one vote of one call. */
export function toResponse(result: Extract<CastResult, { ok: true }>): CastVoteResponse {
  switch (result.durability) {
    case 'replicated':
      return { receipt: toMessage(result.receipt), local: undefined };
    case 'local':
      return { receipt: undefined, local: { electionId: result.electionId, voteId: result.voteId } };
  }
}

/** The answer to one vote of several. */
export function toResult(result: CastResult): CastVoteResult {
  if (!result.ok) return { receipt: undefined, local: undefined, refusal: toRefusal(result) };
  return { ...toResponse(result), refusal: undefined };
}

/** What a call of this vote alone would have as status and metadata. */
function toRefusal({ code, field = '' }: Refusal): VoteRefusal {
  const { grpc, title, retryable } = errorRegistry[code];
  return { status: status[grpc], code, title, field, retryable };
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
