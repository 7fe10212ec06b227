import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Where one server answers, and where it says whether it is ready. */
export type Member = { readonly port: number; readonly readyUrl: string };

/**
 * What a service of Kubernetes and a balancer of connections do: a new connection goes to the next member that is ready,
 * an open one stays where it is until one of its sides ends it. A member is looked at four times a second.
 */
export type Balancer = {
  readonly port: number;
  add(member: Member): void;
  /** Resolves when some member is ready. */
  untilReady(): Promise<void>;
  /** How many connections came while no member was ready: those were ended. */
  unserved(): number;
  close(): Promise<void>;
};

const LOOK_MILLIS = 250;
const LOOK_DEADLINE_MILLIS = 2_000;

export async function startBalancer(): Promise<Balancer> {
  const members: Member[] = [];
  const sockets = new Set<Socket>();
  let ready: readonly Member[] = [];
  let turn = 0;
  let unserved = 0;

  const server = createServer({ noDelay: true, allowHalfOpen: true }, client => {
    turn += 1;
    const member = ready[turn % ready.length];
    if (!member) {
      unserved += 1;
      client.destroy();
      return;
    }
    const upstream = createConnection({
      host: '127.0.0.1',
      port: member.port,
      noDelay: true,
      allowHalfOpen: true,
    });
    join(client, upstream, sockets);
  });
  const port = await listen(server);
  let closing = false;
  const look = async () => {
    while (!closing) {
      const answers = await Promise.all(members.map(isReady));
      ready = members.filter((_, index) => answers[index]);
      await sleep(LOOK_MILLIS);
    }
  };
  const looks = look();
  return {
    port,
    add: member => void members.push(member),
    untilReady: async () => {
      while (ready.length === 0) await sleep(LOOK_MILLIS);
    },
    unserved: () => unserved,
    close: async () => {
      closing = true;
      await looks;
      for (const socket of sockets) socket.destroy();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

async function isReady({ readyUrl }: Member): Promise<boolean> {
  try {
    const response = await fetch(readyUrl, { signal: AbortSignal.timeout(LOOK_DEADLINE_MILLIS) });
    // Left unread it would keep its connection, and each look would open another.
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

/** An end is passed on as an end, a cut as a cut: each side sees what the other did. */
function join(client: Socket, upstream: Socket, sockets: Set<Socket>): void {
  for (const [from, to] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    sockets.add(from);
    from.pipe(to);
    from.once('error', () => to.resetAndDestroy());
    from.once('close', () => sockets.delete(from));
  }
}
