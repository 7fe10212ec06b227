import { errorRegistry, type Refusal, refuse } from '@suffrage/contracts/errors';
import { VoteServiceService } from '@suffrage/contracts/generated/suffrage/v1/vote_service';
import { splitVotes } from '@suffrage/contracts/split-votes';
import type { VoteRequest } from '@suffrage/contracts/vote-request';
import { receive, type Received } from '@suffrage/runtime/grpc/received';
import { toServiceError } from '@suffrage/runtime/grpc/status';
import { type RequestTrace, type SpanAttributes, traceRequest } from '@suffrage/runtime/tracing';
import type { sendUnaryData, ServerDuplexStream, ServerUnaryCall } from '@grpc/grpc-js';
import { answerName, type CastResult, type CastVote, faultOf } from '../cast-vote.ts';
import type { OpenCall } from '../log/lane.ts';
import type { IngestionMetrics } from '../metrics.ts';
import type { Turns } from '../turns.ts';
import { answerStream, type OpenStream } from './answer-stream.ts';
import { encodeResponse, encodeResults, readRequest, readStreamRequest } from './messages.ts';

type Options = {
  readonly castVote: CastVote;
  readonly turns: Pick<Turns, 'isFull' | 'room' | 'after'>;
  readonly metrics: Pick<IngestionMetrics, 'votes'>;
  readonly limits: Limits;
};

export type Limits = {
  /** Of one vote, as for REST. */
  readonly voteBytes: number;
  /** In one call of CastVotes. */
  readonly votesPerCall: number;
  /** Of one stream: votes whose result the client has not taken. Further ones are not read until it has. */
  readonly streamVotes: number;
};

/** Also bounds what an unfinished call can make us hold; 1,000 votes with 10 marks each take about 600 KB. */
export const MAX_MESSAGE_BYTES = 2 * 1024 * 1024;
/** A stream without a vote for so long gives its place to another. */
const IDLE_MILLIS = 60_000;

/** Answers are bytes by then: see `messages.ts`. */
type Call<Request> = ServerUnaryCall<Received<Request>, Buffer>;
/** Each vote as its bytes; one more than a call may have when there are more. */
type VotesCall = Call<readonly Uint8Array[]>;
/** One vote, or what is wrong with it although its bytes can be read. */
type VoteMessage = VoteRequest | Refusal;
type Stream = ServerDuplexStream<Received<VoteMessage>, Buffer>;

export type VoteService = ReturnType<typeof createVoteService>;

/** `suffrage.v1.VoteService`: the same use case as REST, another transport. */
export function createVoteService({ castVote, turns, metrics, limits }: Options) {
  const readVote = receive(readRequest, limits.voteBytes);
  const streams = new Set<OpenStream>();
  let closing = false;

  const cast = (vote: VoteMessage, trace: RequestTrace, of?: OpenCall): Promise<CastResult> =>
    'ok' in vote ? Promise.resolve(vote) : castVote(vote, trace, of);
  const count = (result: CastResult) => {
    metrics.votes.inc({ transport: 'grpc', code: answerName(result) });
    return result;
  };

  /** Each code once: labels cost more than counting. */
  const countAll = (results: readonly CastResult[]) => {
    const votes = Map.groupBy(results, answerName);
    for (const [code, { length }] of votes) metrics.votes.inc({ transport: 'grpc', code }, length);
  };

  const castVoteUnary = async (call: Call<VoteMessage>) => {
    const { request } = call;
    if (!request.ok) return request;
    return traceCall(
      'CastVote',
      call,
      trace => cast(request.message, trace),
      result => ({
        'suffrage.answer': answerName(result),
        'rpc.response.status_code': result.ok ? OK : errorRegistry[result.code].grpc,
        ...faultOf(result),
      }),
    );
  };

  /** The votes of a call that has been given up are left alone, save those already begun. */
  const castInTurns = async (call: VotesCall, votes: readonly Uint8Array[], trace: RequestTrace) => {
    const results: Promise<CastResult>[] = [];
    const together = { isOpen: true };
    for (const vote of votes) {
      const turn = turns.after(results.length);
      if (turn) await turn;
      if (call.cancelled) break;
      const read = readVote(vote);
      results.push(read.ok ? cast(read.message, trace, together) : Promise.resolve(read));
    }
    together.isOpen = false;
    return Promise.all(results);
  };

  const castVotes = async (call: VotesCall) => {
    const { request } = call;
    if (!request.ok) return request;
    const votes = request.message;
    if (votes.length > limits.votesPerCall) return refuse('field-invalid', 'votes');
    const results = await traceCall(
      'CastVotes',
      call,
      trace => castInTurns(call, votes, trace),
      () => ({ 'suffrage.votes': votes.length, 'rpc.response.status_code': OK }),
    );
    return { ok: true as const, results };
  };

  const castVoteStream = (stream: Stream) => {
    let votes = 0;
    const castAll = async (trace: RequestTrace) => {
      const open = answerStream(stream, {
        maxUntaken: limits.streamVotes,
        room: turns.room,
        idleMillis: IDLE_MILLIS,
        answer: async (request: Received<VoteMessage>) => {
          votes += 1;
          const result = count(request.ok ? await cast(request.message, trace) : request);
          return encodeResults([result]);
        },
      });
      streams.add(open);
      if (closing) open.end(refuse('not-ready'));
      await open.over;
      streams.delete(open);
    };
    return traceCall('CastVoteStream', stream, castAll, () => ({
      'suffrage.votes': votes,
      'rpc.response.status_code': OK,
    }));
  };

  return {
    implementation: {
      castVote(call: Call<VoteMessage>, answer: sendUnaryData<Buffer>): void {
        void castVoteUnary(call).then(result => {
          count(result);
          if (result.ok) answer(null, encodeResponse(result));
          else answer(toServiceError(result));
        });
      },
      castVotes(call: VotesCall, answer: sendUnaryData<Buffer>): void {
        void castVotes(call).then(answered => {
          if (!answered.ok) {
            count(answered);
            return answer(toServiceError(answered));
          }
          countAll(answered.results);
          return answer(null, encodeResults(answered.results));
        });
      },
      castVoteStream: (stream: Stream): void => void castVoteStream(stream),
    },
    /** Whether this call is refused unread; streams are held back instead, and who asks for its health gets it. */
    isFull(path: string): boolean {
      const isRefused = REFUSED_WHEN_FULL.has(path) && turns.isFull();
      if (isRefused) count(refuse('overloaded'));
      return isRefused;
    },
    /** Every stream takes no more, answers what it took and ends. */
    endStreams(): void {
      closing = true;
      for (const stream of streams) stream.end(refuse('not-ready'));
    },
  };
}

const REFUSED_WHEN_FULL: ReadonlySet<string> = new Set([
  VoteServiceService.castVote.path,
  VoteServiceService.castVotes.path,
]);
const SERVICE = 'suffrage.v1.VoteService';
/** Also of calls of many votes, whose answers have a code each. */
const OK = 'OK';

function traceCall<T>(
  method: string,
  { metadata }: Pick<VotesCall, 'metadata'>,
  handle: (trace: RequestTrace) => Promise<T>,
  describe: (result: T) => SpanAttributes,
): Promise<T> {
  const name = `${SERVICE}/${method}`;
  const attributes = { 'rpc.system.name': 'grpc', 'rpc.method': name } as const;
  const incoming = { request: metadata, headers: () => metadata.getMap() };
  return traceRequest(name, attributes, incoming, handle, describe);
}

const asItIs = (bytes: Buffer) => bytes;

/** Messages that can't be read, or are too large, are the refusal of their vote and not a fault. */
export function voteServiceDefinition({
  voteBytes,
  votesPerCall,
}: Pick<Limits, 'voteBytes' | 'votesPerCall'>) {
  return {
    castVote: {
      ...VoteServiceService.castVote,
      responseSerialize: asItIs,
      requestDeserialize: receive(readRequest, voteBytes),
    },
    castVotes: {
      ...VoteServiceService.castVotes,
      responseSerialize: asItIs,
      requestDeserialize: receive(message => splitVotes(message, votesPerCall), MAX_MESSAGE_BYTES),
    },
    castVoteStream: {
      ...VoteServiceService.castVoteStream,
      responseSerialize: asItIs,
      requestDeserialize: receive(readStreamRequest, voteBytes),
    },
  };
}
