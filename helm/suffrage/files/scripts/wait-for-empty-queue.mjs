/**
 * wait-for-empty-queue.mjs SECONDS: waits until the ingestion process beside it holds no votes on its disk any more. Exit status 1
 * when votes are still held at the end of the time: they stay on the volume.
 */
import { setTimeout as sleep } from 'node:timers/promises';

const seconds = Number(process.argv[2]);
const address = process.env.METRICS_ADDRESS ?? 'http://127.0.0.1:9464/metrics';
const started = performance.now();
const elapsed = () => (performance.now() - started) / 1000;

/** `undefined`: nobody knows. */
async function heldVotes() {
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(3_000) });
    const held = /^suffrage_ingestion_local_queue_held_votes(?:\{.*\})? (\d+)$/m.exec(await response.text());
    return held ? Number(held[1]) : undefined;
  } catch {
    return undefined;
  }
}

let held = await heldVotes();
while (held !== 0 && elapsed() < seconds) {
  await sleep(1_000);
  held = await heldVotes();
}
console.log(held === 0 ? 'no votes are held' : `votes are still held on this volume: ${held ?? 'unknown'}`);
process.exitCode = held === 0 ? 0 : 1;
