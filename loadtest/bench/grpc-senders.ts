import { Client, type ClientDuplexStream, credentials, type ServiceError, status } from '@grpc/grpc-js';
import {
  CastVoteRequest,
  CastVoteResponse,
  type CastVoteResult,
  CastVotesResponse,
  CastVoteStreamRequest,
  CastVoteStreamResponse,
  type Receipt,
  VoteServiceService,
} from '@suffrage/contracts/generated/suffrage/v1/vote_service';
import type { Answer, Sender } from './senders.ts';
import { parsedBody, voteOf, type VoteSet } from './votes.ts';

const asItIs = (bytes: Buffer) => bytes;

/** One call for each vote, all on one connection. */
export function unarySender(address: string, votes: VoteSet): Sender {
  const client = connect(address);
  const { path } = VoteServiceService.castVote;
  const requests = readyRequests(index =>
    Buffer.from(CastVoteRequest.encode(requestOf(votes, index)).finish()),
  );
  return {
    prepare: requests.prepare,
    send(index, answered) {
      client.makeUnaryRequest<Buffer, Buffer>(path, asItIs, asItIs, requests.at(index), (error, response) => {
        if (response)
          answered({ kind: 'accepted', place: () => placeOf(CastVoteResponse.decode(response).receipt) });
        else if (error) answered(ofError(error));
      });
    },
    close: async () => client.close(),
  };
}

/** How many votes go into one call, and for how long they are collected. */
type Collected = { readonly most: number; readonly millis: number };

/** As a gateway that keeps its voters waiting as little as it can. */
export const MANY: Collected = { most: 100, millis: 10 };
/** As one that sends as much as a call takes; a voter's acknowledgement takes that much longer. */
export const BULK: Collected = { most: 1_000, millis: 200 };

/** Many votes in one call; the time for which they are collected counts as waiting. */
export function manySender(address: string, votes: VoteSet, { most, millis }: Collected): Sender {
  const client = connect(address);
  const { path } = VoteServiceService.castVotes;
  const requests = framedRequests(votes);
  let collected: { readonly index: number; readonly answered: (answer: Answer) => void }[] = [];
  let due: NodeJS.Timeout | undefined;
  const flush = () => {
    clearTimeout(due);
    due = undefined;
    const batch = collected;
    collected = [];
    const request = Buffer.concat(batch.map(({ index }) => requests.at(index)));
    client.makeUnaryRequest<Buffer, Buffer>(path, asItIs, asItIs, request, (error, response) => {
      const results = response && CastVotesResponse.decode(response).results;
      for (const [place, { answered }] of batch.entries()) {
        answered(error ? ofError(error) : ofResult(results?.[place]));
      }
    });
  };
  return {
    prepare: requests.prepare,
    send(index, answered) {
      collected.push({ index, answered });
      if (collected.length >= most) flush();
      else due ??= setTimeout(flush, millis);
    },
    close: async () => client.close(),
  };
}

/** All votes in one stream; when it ends, those without a result have failed and the next one opens another. */
export function streamSender(address: string, votes: VoteSet): Sender {
  const client = connect(address);
  const { path } = VoteServiceService.castVoteStream;
  const requests = framedRequests(votes);
  let waiting: ((answer: Answer) => void)[] = [];
  let stream: ClientDuplexStream<Buffer, Buffer> | undefined;
  const open = () => {
    const opened = client.makeBidiStreamRequest<Buffer, Buffer>(path, asItIs, asItIs);
    opened.on('data', (response: Buffer) => {
      waiting.shift()?.(ofResult(CastVoteStreamResponse.decode(response).result));
    });
    const end = (error: ServiceError | undefined) => {
      if (stream !== opened) return;
      stream = undefined;
      const unanswered = waiting;
      waiting = [];
      for (const answered of unanswered) answered(error ? ofError(error) : { kind: 'failed', code: 'ended' });
    };
    opened.on('error', end);
    opened.on('end', () => end(undefined));
    return opened;
  };
  return {
    prepare: requests.prepare,
    send(index, answered) {
      waiting.push(answered);
      stream ??= open();
      stream.write(requests.at(index));
    },
    close: async () => client.close(),
  };
}

function connect(address: string): Client {
  return new Client(address, credentials.createInsecure());
}

function readyRequests(make: (index: number) => Buffer) {
  const ready: Buffer[] = [];
  const at = (index: number) => (ready[index] ??= make(index));
  return {
    at,
    prepare: (from: number, count: number) => {
      for (let index = from; index < from + count; index += 1) at(index);
    },
  };
}

/** A vote as field 1 of a message: a whole request of the stream, and one of many in a call. */
function framedRequests(votes: VoteSet) {
  return readyRequests(index =>
    Buffer.from(CastVoteStreamRequest.encode({ vote: requestOf(votes, index) }).finish()),
  );
}

/** A vote as it is cast over gRPC. */
export function requestOf(votes: VoteSet, index: number): CastVoteRequest {
  const body = votes.body(index);
  const vote = voteOf(votes, body);
  const { selections } = parsedBody(body);
  return {
    electionId: vote.electionId,
    selections: Object.entries(selections).map(([contestId, optionIds]) => ({ contestId, optionIds })),
    salt: vote.salt.reveal(),
    token: vote.token.reveal(),
    tokenKeyId: vote.tokenKeyId,
    revision: vote.revision,
    voterReference: vote.voterReference.reveal(),
  };
}

function ofError(error: ServiceError): Answer {
  const kind = error.code === status.DEADLINE_EXCEEDED ? 'failed' : 'refused';
  return { kind, code: String(error.metadata.get('suffrage-code')[0] ?? error.code) };
}

function ofResult(result: CastVoteResult | undefined): Answer {
  if (result?.receipt) return { kind: 'accepted', place: () => placeOf(result.receipt) };
  const code = result?.refusal?.code ?? 'no-receipt';
  return { kind: result?.refusal?.status === status.DEADLINE_EXCEEDED ? 'failed' : 'refused', code };
}

function placeOf(receipt: Receipt | undefined) {
  if (!receipt) throw new Error('an accepted vote has no receipt');
  return { partition: receipt.partition, offset: Number(receipt.offset) };
}
