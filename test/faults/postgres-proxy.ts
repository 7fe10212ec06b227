import { type Filter, startTcpProxy, type TcpProxy } from '@suffrage/test/tcp-proxy';

export type PostgresProxy = TcpProxy & {
  /** For each COMMIT that the server has answered: whether the reply is lost, and the connection with it. */
  loseReplies(lose: () => boolean): void;
};

/** In front of PostgreSQL, without TLS. */
export async function startPostgresProxy(ports: {
  readonly listen: number;
  readonly target: number;
}): Promise<PostgresProxy> {
  let lose = () => false;
  const proxy = await startTcpProxy(ports, () => filterCommits(() => lose()));
  return {
    ...proxy,
    loseReplies: given => {
      lose = given;
    },
  };
}

/** A simple query (`Q`, i32 length, text) and its answer (`C`, i32 length, tag), zero-terminated. */
const COMMIT = message('Q', 'commit');
const COMMITTED = message('C', 'COMMIT');

function message(type: string, text: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(4 + text.length + 1);
  return Buffer.concat([Buffer.from(type), length, Buffer.from(`${text}\0`)]);
}

function filterCommits(lose: () => boolean): Filter {
  let committing = false;
  return {
    toServer(piece) {
      committing ||= piece.includes(COMMIT);
      return { pass: piece };
    },
    toClient(piece) {
      if (!committing || !piece.includes(COMMITTED)) return { pass: piece };
      committing = false;
      return lose() ? { pass: Buffer.alloc(0), reset: true } : { pass: piece };
    },
  };
}
