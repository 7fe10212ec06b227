import { errorRegistry, type Refusal, refuse } from '@suffrage/contracts/errors';
import {
  CastVoteRequest,
  CastVoteResponse,
  CastVoteResult,
  CastVoteStreamRequest,
  type VoteRefusal,
} from '@suffrage/contracts/generated/suffrage/v1/vote_service';
import { bytesFieldLength, writeFieldHead } from '@suffrage/contracts/write-protobuf';
import { readPlainRequest, readPlainStreamRequest } from '@suffrage/contracts/read-vote-request';
import { Redacted } from '@suffrage/contracts/redacted';
import type { VoteRequest } from '@suffrage/contracts/vote-request';
import { status } from '@grpc/grpc-js';
import type { CastResult } from '../cast-vote.ts';

/** Reads a `CastVoteRequest`. @throws Error when the bytes are none. */
export function readRequest(bytes: Uint8Array): VoteRequest | Refusal {
  return readPlainRequest(bytes) ?? fromMessage(CastVoteRequest.decode(bytes));
}

/** Reads a `CastVoteStreamRequest`. @throws Error when the bytes are none. */
export function readStreamRequest(bytes: Uint8Array): VoteRequest | Refusal {
  const plain = readPlainStreamRequest(bytes);
  if (plain) return plain;
  const { vote } = CastVoteStreamRequest.decode(bytes);
  return vote ? fromMessage(vote) : refuse('malformed-message');
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

/** The bytes of a `CastVoteResponse`. */
export function encodeResponse(result: Accepted): Buffer {
  const message = responseMessage(result);
  const bytes = Buffer.allocUnsafe(message.length);
  return filled(bytes, message.write(bytes, 0));
}

/** The bytes of a `CastVotesResponse`; with a single result also those of a `CastVoteStreamResponse`. */
export function encodeResults(results: readonly CastResult[]): Buffer {
  const messages = results.map(resultMessage);
  const bytes = Buffer.allocUnsafe(
    messages.reduce((total, { length }) => total + bytesFieldLength(length), 0),
  );
  let at = 0;
  for (const { length, write } of messages) {
    at = write(bytes, writeFieldHead(bytes, at, FIELD_ONE, length));
  }
  return filled(bytes, at);
}

/** Memory that was not written still holds what others had there. */
function filled(bytes: Buffer, end: number): Buffer {
  if (end !== bytes.length) throw new Error(`a message of ${bytes.length} bytes ends at ${end}`);
  return bytes;
}

type Accepted = Extract<CastResult, { ok: true }>;
/** Written where it belongs, so that nothing is encoded twice or copied. */
type Message = { readonly length: number; readonly write: (to: Buffer, at: number) => number };

/** Field 1: of all that is answered here, a message. */
const FIELD_ONE = 0x0a;

/** A `CastVoteResponse`. */
function responseMessage(result: Accepted): Message {
  switch (result.durability) {
    case 'replicated': {
      const { receipt } = result;
      const length = receipt.protobufLength();
      return {
        length: bytesFieldLength(length),
        write: (to, at) => receipt.writeProtobuf(to, writeFieldHead(to, at, FIELD_ONE, length)),
      };
    }
    case 'local': {
      const { electionId, voteId } = result;
      return encoded(CastVoteResponse.encode({ receipt: undefined, local: { electionId, voteId } }).finish());
    }
  }
}

/** A `CastVoteResult`, in which what is no refusal looks as it does in a `CastVoteResponse`. */
function resultMessage(result: CastResult): Message {
  if (result.ok) return responseMessage(result);
  const refusal = toRefusal(result);
  return encoded(CastVoteResult.encode({ receipt: undefined, local: undefined, refusal }).finish());
}

function encoded(bytes: Uint8Array): Message {
  return {
    length: bytes.length,
    write(to, at) {
      to.set(bytes, at);
      return at + bytes.length;
    },
  };
}

/** What a call of this vote alone would have as status and metadata. */
function toRefusal({ code, field = '' }: Refusal): VoteRefusal {
  const { grpc, title, retryable } = errorRegistry[code];
  return { status: status[grpc], code, title, field, retryable };
}
