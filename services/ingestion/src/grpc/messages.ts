import { errorRegistry, type Refusal, refuse } from '@suffrage/contracts/errors';
import {
  type CastVoteRequest,
  CastVoteResponse,
  CastVoteResult,
  type VoteRefusal,
} from '@suffrage/contracts/generated/suffrage/v1/vote_service';
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

/** The bytes of a `CastVoteResponse`. */
export function encodeResponse(result: Extract<CastResult, { ok: true }>): Buffer {
  switch (result.durability) {
    case 'replicated':
      return inFieldOne([result.receipt.toProtobuf()]);
    case 'local': {
      const { electionId, voteId } = result;
      return Buffer.from(
        CastVoteResponse.encode({ receipt: undefined, local: { electionId, voteId } }).finish(),
      );
    }
  }
}

/** The bytes of a `CastVoteResult`, in which what is no refusal looks as it does in a `CastVoteResponse`. */
function encodeResult(result: CastResult): Buffer {
  if (result.ok) return encodeResponse(result);
  const refusal = toRefusal(result);
  return Buffer.from(CastVoteResult.encode({ receipt: undefined, local: undefined, refusal }).finish());
}

/** The bytes of a `CastVotesResponse`; with a single result also those of a `CastVoteStreamResponse`. */
export function encodeResults(results: readonly CastResult[]): Buffer {
  return inFieldOne(results.map(encodeResult));
}

/** Field 1, a message. */
const FIELD_ONE = 0x0a;
const MAX_LENGTH_BYTES = 5;

/** A message that has nothing but these, already encoded, in its field 1: they need not be read again. */
function inFieldOne(messages: readonly Uint8Array[]): Buffer {
  const most = messages.reduce((size, { length }) => size + 1 + MAX_LENGTH_BYTES + length, 0);
  const encoded = Buffer.allocUnsafe(most);
  let at = 0;
  for (const message of messages) {
    encoded[at++] = FIELD_ONE;
    let length = message.length;
    for (; length > 0x7f; length >>>= 7) encoded[at++] = (length & 0x7f) | 0x80;
    encoded[at++] = length;
    encoded.set(message, at);
    at += message.length;
  }
  return encoded.subarray(0, at);
}

/** What a call of this vote alone would have as status and metadata. */
function toRefusal({ code, field = '' }: Refusal): VoteRefusal {
  const { grpc, title, retryable } = errorRegistry[code];
  return { status: status[grpc], code, title, field, retryable };
}
