import { createConnection, createServer, type Socket } from 'node:net';

/** What becomes of a piece that came through: these bytes go on, and then perhaps both sides are cut off. */
export type Verdict = { readonly pass: Buffer; readonly reset?: boolean };

/** Sees one connection's bytes in both directions, in pieces as they come. */
export type Filter = {
  readonly toServer: (piece: Buffer) => Verdict;
  readonly toClient: (piece: Buffer) => Verdict;
};

export type TcpProxy = {
  /** Where it listens. */
  readonly port: number;
  /** Cuts all open connections with a TCP reset; answers how many there were. */
  resetAll(): number;
  close(): Promise<void>;
};

/** Loopback to loopback, on any free port with `listen` 0. Each connection gets a filter of its own. */
export async function startTcpProxy(
  { listen, target }: { readonly listen: number; readonly target: number },
  openFilter: () => Filter,
): Promise<TcpProxy> {
  const pairs = new Set<() => void>();
  const server = createServer({ noDelay: true }, client => {
    const upstream = createConnection({ host: '127.0.0.1', port: target, noDelay: true });
    const filter = openFilter();
    const reset = () => {
      pairs.delete(reset);
      client.resetAndDestroy();
      upstream.resetAndDestroy();
    };
    pairs.add(reset);
    for (const side of [client, upstream]) side.once('end', () => pairs.delete(reset));
    join(client, upstream, filter.toServer, reset);
    join(upstream, client, filter.toClient, reset);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(listen, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the proxy has no port');
  const resetAll = () => {
    const all = [...pairs];
    for (const reset of all) reset();
    return all.length;
  };
  return {
    port: address.port,
    resetAll,
    close: async () => {
      resetAll();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

function join(from: Socket, to: Socket, look: (piece: Buffer) => Verdict, reset: () => void): void {
  from.on('data', piece => {
    const { pass, reset: cut = false } = look(Buffer.from(piece));
    if (pass.length > 0 && !to.write(pass)) from.pause();
    // After the write has left: what was passed on is to arrive.
    if (cut) setImmediate(reset);
  });
  to.on('drain', () => from.resume());
  from.on('end', () => to.end());
  from.on('error', reset);
  from.on('close', () => to.destroyed || to.end());
}
