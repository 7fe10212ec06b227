/** Keeps many streams of results open and counts what comes; a process of its own. */
import { Agent, get } from 'node:http';

export type SubscribersOrder = { readonly url: string; readonly subscribers: number };
export type SubscribersResult = {
  /** Snapshots received by all of them since all were connected. */
  readonly events: number;
  readonly connected: number;
  readonly lost: number;
};

const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });
/** So many connections are opened at a time. */
const AT_ONCE = 200;
let [events, connected, lost] = [0, 0, 0];

function open(url: string): Promise<void> {
  return new Promise(resolve => {
    const fail = () => {
      lost += 1;
      resolve();
    };
    const request = get(url, { agent }, response => {
      if (response.statusCode !== 200) return fail();
      connected += 1;
      response.on('data', (chunk: Buffer) => {
        if (chunk.includes('event: snapshot')) events += 1;
      });
      response.on('error', () => (lost += 1));
      return resolve();
    });
    request.on('error', fail);
  });
}

async function openAll({ url, subscribers }: SubscribersOrder): Promise<void> {
  for (let opened = 0; opened < subscribers; opened += AT_ONCE) {
    const next = Math.min(AT_ONCE, subscribers - opened);
    await Promise.all(Array.from({ length: next }, () => open(url)));
  }
  events = 0;
  process.send?.('connected');
}

process.on('message', (order: SubscribersOrder | 'report') => {
  if (order === 'report') process.send?.({ events, connected, lost } satisfies SubscribersResult);
  else void openAll(order);
});
process.on('disconnect', () => process.exit(0));
