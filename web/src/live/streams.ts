import { paths } from '../api/fetch.ts';

type Listener = {
  readonly receive: (data: string) => void;
  /** Nothing more will come. Told at most once, and not after the stream was left. */
  readonly ended: () => void;
};

/** Opens a stream of an election's snapshots, JSON; the returned function leaves it. Never throws. */
export type Stream = (electionId: string, listener: Listener) => () => void;

export const eventStream: Stream = (electionId, { receive, ended }) => {
  const source = new EventSource(paths.stream(electionId));
  source.addEventListener('snapshot', ({ data }: MessageEvent<string>) => receive(data));
  // The browser's own way of coming back knows no growing pause.
  source.addEventListener('error', ended, { once: true });
  return () => {
    source.removeEventListener('error', ended);
    source.close();
  };
};

/** Where a proxy holds event streams back, a WebSocket may still get through. */
const socket: Stream = (electionId, { receive, ended }) => {
  const address = new URL(paths.socket(electionId), window.location.href);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  const connection = new WebSocket(address);
  connection.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (typeof data === 'string') receive(data);
  });
  connection.addEventListener('close', ended, { once: true });
  return () => {
    connection.removeEventListener('close', ended);
    connection.close();
  };
};

/** In the order in which they are tried. */
export const streams: readonly Stream[] = [eventStream, socket];
