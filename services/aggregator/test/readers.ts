import { type Snapshot, snapshotSchema } from '@suffrage/contracts/results';
import { connect } from 'node:net';
import type { Replica } from './installation.ts';

/** A subscriber and what it has received so far. */
export type Reader = {
  readonly snapshots: Snapshot[];
  readonly eventIds: string[];
  close(): void;
};

export async function getResults(replica: Replica, electionId: string) {
  const response = await fetch(`${replica.url}/v1/elections/${electionId}/results`);
  const body: unknown = await response.json();
  return { status: response.status, body, snapshot: response.ok ? snapshotSchema.parse(body) : undefined };
}

/** Reads server-sent events until closed. */
export async function openStream(replica: Replica, electionId: string): Promise<Reader> {
  const aborting = new AbortController();
  const response = await fetch(`${replica.url}/v1/elections/${electionId}/results/stream`, {
    signal: aborting.signal,
  });
  if (!response.ok || !response.body) throw new Error(`the stream was refused with ${response.status}`);
  const reader: Reader = { snapshots: [], eventIds: [], close: () => aborting.abort() };
  const feed = parseEvents(reader);
  const { body } = response;
  const read = async () => {
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) feed(chunk);
  };
  read().catch(() => undefined);
  return reader;
}

export async function openSocket(replica: Replica, electionId: string): Promise<Reader> {
  const url = `${replica.url.replace('http', 'ws')}/v1/elections/${electionId}/results/socket`;
  const socket = new WebSocket(url);
  const reader: Reader = { snapshots: [], eventIds: [], close: () => socket.close() };
  socket.addEventListener('message', ({ data }) =>
    reader.snapshots.push(snapshotSchema.parse(JSON.parse(String(data)))),
  );
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', () => reject(new Error('the socket was refused')));
  });
  return reader;
}

/** A stream that takes nothing until `resume`. */
export async function openStalledStream(
  replica: Replica,
  electionId: string,
): Promise<Reader & { resume(): void }> {
  const { hostname, port } = new URL(replica.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  await new Promise(resolve => socket.once('connect', resolve));
  socket.pause();
  // HTTP/1.0 has no chunks, so the body is the events and nothing else.
  socket.write(`GET /v1/elections/${electionId}/results/stream HTTP/1.0\r\nHost: localhost\r\n\r\n`);
  const reader = {
    snapshots: [],
    eventIds: [],
    close: () => void socket.destroy(),
    resume: () => void socket.resume(),
  };
  const feed = parseEvents(reader);
  socket.setEncoding('utf8');
  let head = '';
  let inBody = false;
  socket.on('data', (chunk: Buffer | string) => {
    const text = chunk.toString();
    if (inBody) return feed(text);
    head += text;
    const end = head.indexOf('\r\n\r\n');
    if (end === -1) return;
    inBody = true;
    feed(head.slice(end + 4));
  });
  return reader;
}

function parseEvents(reader: Pick<Reader, 'snapshots' | 'eventIds'>): (chunk: string) => void {
  let rest = '';
  return chunk => {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(
        block.split('\n').map(line => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
      );
      if (fields.get('event') !== 'snapshot') continue;
      reader.eventIds.push(fields.get('id') ?? '');
      reader.snapshots.push(snapshotSchema.parse(JSON.parse(fields.get('data') ?? '')));
    }
  };
}
