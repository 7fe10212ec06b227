import { connect } from 'node:net';

export type Posted = { readonly status: number; readonly body: () => string };
export type Posts = {
  /** Sends at once, on a connection that is free or on a new one. A connection that fails answers with its error. */
  readonly post: (body: Buffer | undefined, answered: Answered) => void;
  readonly close: () => void;
};

type Answered = (answer: Posted | Error) => void;
type Request = { readonly bytes: Buffer; readonly answered: Answered };

const ANSWER_MILLIS = 15_000;
/** As a load balancer holds to one pod. Beyond it a request waits here, which counts as waiting. */
const MAX_CONNECTIONS = 2_000;

/**
 * POSTs over as many keep-alive connections as it takes, so that hardly anything waits in the client: what a server does not
 * answer in time is its own delay, and what it can't take is its own to refuse. Reads of HTTP only what our services answer:
 * a status and a body of known length. A client from a library costs 80 to 130 µs a request, which on two cores is what the
 * servers lack.
 *
 * @param url `http://127.0.0.1:8080`
 */
export function openPosts(url: string, path: string): Posts {
  const { hostname, port } = new URL(url);
  const head = `POST ${path} HTTP/1.1\r\nhost: ${hostname}:${port}\r\n`;
  const connections = new Set<Connection>();
  const free: Connection[] = [];
  const waiting: Request[] = [];

  const open = (): Connection => {
    const connection = openConnection(hostname, Number(port), {
      onFree() {
        const next = waiting.shift();
        if (next) connection.send(next);
        else free.push(connection);
      },
      onClose() {
        connections.delete(connection);
        const place = free.indexOf(connection);
        if (place >= 0) free.splice(place, 1);
      },
    });
    connections.add(connection);
    return connection;
  };

  return {
    post(body, answered) {
      const type = body ? `content-type: application/json\r\n` : '';
      const start = Buffer.from(`${head}${type}content-length: ${body?.length ?? 0}\r\n\r\n`);
      const request = { bytes: body ? Buffer.concat([start, body]) : start, answered };
      const connection = free.pop() ?? (connections.size < MAX_CONNECTIONS ? open() : undefined);
      if (connection) connection.send(request);
      else waiting.push(request);
    },
    close() {
      for (const connection of connections) connection.close();
    },
  };
}

type Connection = { readonly send: (request: Request) => void; readonly close: () => void };

function openConnection(
  host: string,
  port: number,
  { onFree, onClose }: { readonly onFree: () => void; readonly onClose: () => void },
): Connection {
  const socket = connect({ host, port, noDelay: true });
  let pending: Answered | undefined;
  let received = NOTHING;
  const answer = (posted: Posted | Error) => {
    const answered = pending;
    pending = undefined;
    answered?.(posted);
  };
  socket.setTimeout(ANSWER_MILLIS, () => socket.destroy(pending && new Error('no answer')));
  socket.on('data', chunk => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const posted = readAnswer(received);
    if (!posted) return;
    received = NOTHING;
    answer(posted);
    onFree();
  });
  socket.once('error', answer);
  socket.once('close', () => {
    onClose();
    answer(new Error('closed'));
  });
  return {
    send(request) {
      pending = request.answered;
      socket.write(request.bytes);
    },
    close: () => void socket.destroy(),
  };
}

const NOTHING = Buffer.alloc(0);

/** `undefined` until it has come whole. */
function readAnswer(bytes: Buffer): Posted | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const head = bytes.toString('latin1', 0, headEnd);
  const begin = headEnd + 4;
  const end = begin + Number(/\r\ncontent-length: *([0-9]+)/i.exec(head)?.[1]);
  if (bytes.length < end) return undefined;
  return { status: Number(head.slice(9, 12)), body: () => bytes.toString('utf8', begin, end) };
}
