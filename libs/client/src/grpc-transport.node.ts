import { credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import type { SecureContext } from 'node:tls';
import { toBase64url } from '@suffrage/contracts/bytes';
import { isErrorCode, RETRY_AFTER_SECONDS, refuse } from '@suffrage/contracts/errors';
import {
  type CastVoteRequest,
  type Receipt as ReceiptMessage,
  VoteServiceClient,
} from '@suffrage/contracts/generated/suffrage/v1/vote_service';
import type { Receipt } from '@suffrage/contracts/receipt';
import type { Answer, SignedBallot, Transport } from './transport.ts';

const ANSWER_MILLIS = 10_000;

export type GrpcTransport = { readonly transport: Transport; readonly close: () => void };

/** `suffrage.v1.VoteService/CastVote`; Node only. Close it when done. */
export function grpcTransport(address: string): GrpcTransport {
  return transportTo(new VoteServiceClient(address, credentials.createInsecure()));
}

/** The same over TLS, to a server that the context's authorities vouch for, and with its certificate if it has one. */
export function encryptedGrpcTransport(address: string, context: SecureContext): GrpcTransport {
  return transportTo(new VoteServiceClient(address, credentials.createFromSecureContext(context)));
}

function transportTo(client: VoteServiceClient): GrpcTransport {
  const send: Transport = (ballot, signal) =>
    new Promise<Answer>(resolve => {
      const deadline = { deadline: Date.now() + ANSWER_MILLIS };
      const call = client.castVote(toRequest(ballot), new Metadata(), deadline, (error, response) => {
        signal.removeEventListener('abort', cancel);
        if (error) resolve(toAnswer(error));
        else if (response.receipt?.certificate)
          resolve({ kind: 'accepted', receipt: fromMessage(response.receipt) });
        else if (response.local) resolve({ kind: 'held-locally' });
        else resolve({ kind: 'no-answer', reason: 'an answer without a receipt' });
      });
      const cancel = () => call.cancel();
      signal.addEventListener('abort', cancel, { once: true });
    });
  // A closed channel throws instead of answering.
  const transport: Transport = (ballot, signal) =>
    send(ballot, signal).catch(error => ({
      kind: 'no-answer',
      reason: error instanceof Error ? error.message : 'unknown',
    }));
  return { transport, close: () => client.close() };
}

function toRequest({ vote, token }: SignedBallot): CastVoteRequest {
  return {
    electionId: vote.election.definition.id,
    selections: Object.entries(vote.marked.reveal()).map(([contestId, optionIds]) => ({
      contestId,
      optionIds,
    })),
    salt: vote.salt.reveal(),
    token: token.token.reveal(),
    tokenKeyId: token.tokenKeyId,
    revision: token.revision,
    voterReference: token.voterReference.reveal(),
  };
}

function toAnswer(error: ServiceError): Answer {
  const [code, field] = ['suffrage-code', 'suffrage-field'].map(name =>
    error.metadata.get(name)[0]?.toString(),
  );
  if (code === undefined || !isErrorCode(code)) return { kind: 'no-answer', reason: error.details };
  return { kind: 'refused', refusal: refuse(code, field), retryAfterMillis: RETRY_AFTER_SECONDS * 1000 };
}

function fromMessage(message: ReceiptMessage): Receipt {
  const { certificate } = message;
  if (!certificate) throw new Error('a receipt has a certificate');
  return {
    ...message,
    voteId: toBase64url(message.voteId),
    offset: message.offset.toString(),
    timestamp: Number(message.timestamp),
    path: message.path.map(toBase64url),
    signature: toBase64url(message.signature),
    certificate: {
      instance: certificate.instance,
      publicKey: toBase64url(certificate.publicKey),
      receiptKeyId: toBase64url(certificate.receiptKeyId),
      signature: toBase64url(certificate.signature),
    },
  };
}
