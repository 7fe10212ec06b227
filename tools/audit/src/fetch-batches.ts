import {
  compressionsAlgorithmsByBitmask,
  FetchIsolationLevels,
  fetchV17,
  type Reader,
  ResponseError,
} from '@platformatic/kafka';
import { type BrokerAddress, type BrokerConnection, connectBroker } from './broker-connection.ts';
import { type BatchPlace, compressionOf, decompressed, findBatches } from './read-batches.ts';

/** What is asked of a client of the cluster: which broker leads a partition, and what brokers know. */
export type Cluster = {
  metadata(options: { topics: string[] }): Promise<{
    readonly topics: ReadonlyMap<
      string,
      { readonly id: string; readonly partitions: ArrayLike<{ readonly leader: number }> }
    >;
    readonly brokers: ReadonlyMap<number, BrokerAddress>;
  }>;
  listApis(): Promise<readonly { readonly apiKey: number; readonly maxVersion: number }[]>;
};

/** Fetches record batches as they lie on the brokers. The client's own fetch makes some ten objects of each record. */
export type BatchFetcher = {
  /** One fetch from the leader of the partition. @throws Error when it can't be had now. */
  fetch(topic: string, partition: number, from: number): Promise<FetchedBatches>;
  close(): void;
};

export type FetchedBatches = {
  /** The fetch after the next one uses this memory again. */
  readonly bytes: Uint8Array;
  /** The batches in it; they are not compressed. */
  readonly batches: readonly BatchPlace[];
};

const FETCH = 1;
const FETCH_WAIT_MILLIS = 500;
const FETCH_BYTES = 1024 * 1024;
/** From 15 on (Kafka 3.5) requests look alike; what answers differ in lies behind the records. */
const OLDEST_VERSION = 15;
const NEWEST_VERSION = 17;
/** A session of fetches pays for many partitions at a time. */
const NO_SESSION = -1;
const NOTHING = Buffer.alloc(0);

export function openBatchFetcher(cluster: Cluster): BatchFetcher {
  const connections = new Map<string, BrokerConnection>();
  const room = createRoom();
  let version: number | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let isClosed = false;

  const connectionTo = async (topic: string, partition: number) => {
    const metadata = await cluster.metadata({ topics: [topic] });
    const found = metadata.topics.get(topic);
    const leader = metadata.brokers.get(found?.partitions[partition]?.leader ?? -1);
    if (!found || !leader)
      throw new Error(`the brokers know no leader of partition ${partition} of ${topic}`);
    const address = `${leader.host}:${leader.port}`;
    const connection = connections.get(address) ?? (await connectBroker(leader));
    // A fetch that was left behind: its connection would keep the process for ever.
    if (isClosed) {
      connection.close();
      throw new Error('nothing is fetched any more');
    }
    connections.set(address, connection);
    return { topicId: found.id, address, connection };
  };
  const fetchNow = async (topic: string, partition: number, from: number) => {
    version ??= await findVersion(cluster);
    const { topicId, address, connection } = await connectionTo(topic, partition);
    try {
      const request = createRequest(topicId, partition, from);
      const answer = await connection.request({ key: FETCH, version }, request, room);
      return decompressAll(readFetched(answer, version));
    } catch (error) {
      connection.close();
      connections.delete(address);
      throw error;
    }
  };

  return {
    fetch(topic, partition, from) {
      // One at a time: whoever leaves a partition early leaves a fetch behind.
      const next = last.then(() => fetchNow(topic, partition, from));
      last = next.catch(() => undefined);
      return next;
    },
    close() {
      isClosed = true;
      for (const connection of connections.values()) connection.close();
    },
  };
}

/** Memory for answers: two pieces in turns, so that the next one can come while one is read. */
function createRoom(): (bytes: number) => Buffer {
  let [next, other] = [NOTHING, NOTHING];
  return bytes => {
    const room = next.length < bytes ? Buffer.allocUnsafeSlow(bytes) : next;
    [next, other] = [other, room];
    return room;
  };
}

async function findVersion(cluster: Cluster): Promise<number> {
  const apis = await cluster.listApis();
  const newest = apis.find(({ apiKey }) => apiKey === FETCH)?.maxVersion ?? 0;
  if (newest < OLDEST_VERSION)
    throw new Error(`the brokers fetch by version ${newest}, not ${OLDEST_VERSION} (Kafka 3.5) or later`);
  return Math.min(newest, NEWEST_VERSION);
}

function createRequest(topicId: string, partition: number, from: number) {
  const wanted = {
    partition,
    fetchOffset: BigInt(from),
    currentLeaderEpoch: -1,
    lastFetchedEpoch: -1,
    partitionMaxBytes: FETCH_BYTES,
  };
  return fetchV17.createRequest(
    FETCH_WAIT_MILLIS,
    1,
    FETCH_BYTES,
    // High watermarks, not last stable offsets: a transaction on this topic would itself be a finding (a gap).
    FetchIsolationLevels.READ_UNCOMMITTED,
    0,
    NO_SESSION,
    [{ topicId, partitions: [wanted] }],
    [],
    '',
  );
}

/** The records of the one partition that was asked for; what lies behind them is not looked at. */
function readFetched(reader: Reader, version: number): Uint8Array {
  const check = (code: number) => {
    if (code !== 0) throw new ResponseError(FETCH, version, { '': [code, null] }, undefined);
  };
  reader.readInt32();
  check(reader.readInt16());
  reader.readInt32();
  // Lengths of compact arrays and of records are one greater than they are, 0 for none.
  if (reader.readUnsignedVarInt() < 2) return NOTHING;
  reader.readUUID();
  if (reader.readUnsignedVarInt() < 2) return NOTHING;
  reader.readInt32();
  check(reader.readInt16());
  reader.skip(3 * 8);
  reader.readNullableArray(each => each.skip(2 * 8));
  reader.readInt32();
  const length = reader.readUnsignedVarInt() - 1;
  return length > 0 ? reader.buffer.slice(reader.position, reader.position + length) : NOTHING;
}

function decompressAll(bytes: Uint8Array): FetchedBatches {
  const batches = findBatches(bytes);
  if (batches.every(batch => compressionOf(bytes, batch) === 0)) return { bytes, batches };
  const plain = batches.map(batch => {
    const compression = compressionOf(bytes, batch);
    if (compression === 0) return bytes.subarray(batch.at, batch.end);
    const algorithm = compressionsAlgorithmsByBitmask[compression];
    if (!algorithm) throw new Error(`the log has a batch of compression ${compression}, which is not known`);
    return decompressed(bytes, batch, records => algorithm.decompressSync(Buffer.from(records)));
  });
  const all = Buffer.concat(plain);
  return { bytes: all, batches: findBatches(all) };
}
