import { Session } from 'node:inspector/promises';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';

const MAX_PROFILE_SECONDS = 60;

/** One at a time: a profile costs, and two sessions would disturb each other. */
let isBusy = false;

/**
 * `POST /profile/cpu?seconds=10` answers a CPU profile (`.cpuprofile`), `POST /profile/heap` a heap snapshot
 * (`.heapsnapshot`, which holds everything that the process knows, votes under way and keys included). Only a caller on
 * this machine, or in this pod, is answered: both need the right to run a command there.
 */
export async function answerProfile(
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!isLocal(request.socket.remoteAddress)) return refuse(response, 403, 'only from within the pod');
  if (request.method !== 'POST') return refuse(response, 405, 'POST');
  if (isBusy) return refuse(response, 409, 'a profile is being taken');
  isBusy = true;
  const session = new Session();
  session.connect();
  try {
    if (url.pathname === '/profile/heap') await writeHeap(session, response);
    else await writeCpuProfile(session, secondsIn(url), response);
  } finally {
    session.disconnect();
    isBusy = false;
  }
}

/** A forwarded port ends on loopback within the pod, a neighbour's request does not. */
export function isLocal(address: string | undefined): boolean {
  return address === '::1' || /^(?:::ffff:)?127\./.test(address ?? '');
}

function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' }).end(`${why}\n`);
}

function secondsIn(url: URL): number {
  const seconds = Number(url.searchParams.get('seconds') ?? 10);
  return Math.min(MAX_PROFILE_SECONDS, Math.max(1, Number.isFinite(seconds) ? seconds : 10));
}

async function writeCpuProfile(session: Session, seconds: number, response: ServerResponse): Promise<void> {
  await session.post('Profiler.enable');
  await session.post('Profiler.start');
  await new Promise(resolve => setTimeout(resolve, seconds * 1000));
  const { profile } = await session.post('Profiler.stop');
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(profile));
}

/** In pieces as they are made: the whole would be another heap. */
async function writeHeap(session: Session, response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json' });
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ params }) => void response.write(params.chunk));
  await session.post('HeapProfiler.takeHeapSnapshot');
  response.end();
  if (!response.writableFinished && !response.destroyed) await once(response, 'close');
}
