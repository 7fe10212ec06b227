import { type Refusal, refuse } from '@suffrage/contracts/errors';
import {
  GetResultsRequest,
  GetResultsResponse,
  ResultsServiceService,
  type Snapshot as SnapshotMessage,
  WatchResultsRequest,
} from '@suffrage/contracts/generated/suffrage/v1/results_service';
import type { Snapshot } from '@suffrage/contracts/results';
import { receive, type Received } from '@suffrage/runtime/grpc/received';
import { toServiceError } from '@suffrage/runtime/grpc/status';
import type { Log } from '@suffrage/runtime/log';
import type { sendUnaryData, ServerUnaryCall, ServerWritableStream } from '@grpc/grpc-js';
import type { AggregatorMetrics } from '../metrics.ts';
import type { Published } from '../newest.ts';
import type { Results } from '../results.ts';
import type { Connection, Subscribers } from '../subscribers.ts';

/** Requests hold an election's id and nothing else. */
export const MAX_MESSAGE_BYTES = 1_024;
const MAX_ID_LENGTH = 63;

const asTheyAre = (bytes: Buffer) => bytes;

/** Answers are handed over as bytes, written once per snapshot however many read it. */
export const resultsServiceDefinition = {
  getResults: {
    ...ResultsServiceService.getResults,
    requestDeserialize: receive(GetResultsRequest.decode, MAX_MESSAGE_BYTES),
    responseSerialize: asTheyAre,
  },
  watchResults: {
    ...ResultsServiceService.watchResults,
    requestDeserialize: receive(WatchResultsRequest.decode, MAX_MESSAGE_BYTES),
    responseSerialize: asTheyAre,
  },
};

type Needs = {
  readonly results: Results;
  readonly subscribers: Subscribers;
  readonly metrics: Pick<AggregatorMetrics, 'subscribersRefused'>;
  readonly log: Log;
};
type Call = ServerUnaryCall<Received<GetResultsRequest>, Buffer>;
type Stream = ServerWritableStream<Received<WatchResultsRequest>, Buffer>;

/** `suffrage.v1.ResultsService`: what REST and server-sent events give, by the same rules. */
export function createResultsService({ results, subscribers, metrics, log }: Needs) {
  const newestOf = async (request: Received<GetResultsRequest | WatchResultsRequest>) => {
    if (!request.ok) return request;
    const { electionId } = request.message;
    if (electionId.length > MAX_ID_LENGTH) return refuse('field-invalid', 'election_id');
    return results(electionId).catch((error: unknown) => {
      log.error({ err: error }, 'results over gRPC failed');
      return refuse('internal');
    });
  };

  const watch = async (stream: Stream) => {
    const result = await newestOf(stream.request);
    if (!result.ok) return endWith(stream, result);
    if (!subscribers.isOpen()) {
      metrics.subscribersRefused.inc({ transport: 'grpc' });
      return endWith(stream, refuse('overloaded'));
    }
    // Who left while the snapshot was fetched would never be noticed leaving.
    if (stream.cancelled) return undefined;
    const { published } = result;
    const leave = subscribers.join(published.snapshot.electionId, 'grpc', watcher(stream), published);
    return stream.once('cancelled', leave);
  };

  return {
    getResults(call: Call, answer: sendUnaryData<Buffer>): void {
      void newestOf(call.request).then(result =>
        result.ok ? answer(null, bytesOf(result.published)) : answer(toServiceError(result)),
      );
    },
    watchResults: (stream: Stream): void => void watch(stream),
  };
}

function endWith(stream: Stream, refusal: Refusal): void {
  stream.emit('error', toServiceError(refusal));
}

/** The server's pings show that both sides live, and it ends the connections of those who do not read. */
function watcher(stream: Stream): Connection {
  const leave = () => {
    if (!stream.writableEnded) endWith(stream, refuse('not-ready'));
  };
  return {
    send: (published, flushed) => {
      if (!stream.writableEnded) stream.write(bytesOf(published), () => flushed());
    },
    beat: () => undefined,
    end: leave,
    destroy: leave,
  };
}

const written = new WeakMap<Published, Buffer>();

/** GetResultsResponse and WatchResultsResponse are the same on the wire. */
function bytesOf(published: Published): Buffer {
  const known = written.get(published);
  if (known) return known;
  const bytes = Buffer.from(GetResultsResponse.encode({ snapshot: toMessage(published.snapshot) }).finish());
  written.set(published, bytes);
  return bytes;
}

function toMessage(snapshot: Snapshot): SnapshotMessage {
  const { electionId, version, counted, contests, ingestion, asOf, provisional, annulled } = snapshot;
  return {
    electionId,
    version: BigInt(version),
    counted: BigInt(counted),
    hidden: contests === null,
    contests: (contests ?? []).map(({ id, options }) => ({
      id,
      options: options.map(option => ({ id: option.id, votes: BigInt(option.votes) })),
    })),
    ingestion: ingestion.map(({ instance, votes }) => ({ instance, votes: BigInt(votes) })),
    asOf: BigInt(Date.parse(asOf)),
    provisional,
    annulled: annulled && { reason: annulled.reason, at: BigInt(Date.parse(annulled.at)) },
  };
}
