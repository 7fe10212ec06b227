import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, type ProcessReference } from './process.ts';

export async function isPortOpen(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1', timeout: 1_000 });
  return new Promise(resolve => {
    const answer = (open: boolean) => () => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', answer(true)).once('error', answer(false)).once('timeout', answer(false));
  });
}

export async function waitForPort(port: number, owner: ProcessReference, deadlineMs: number): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while (!(await isPortOpen(port))) {
    if (!isRunning(owner)) throw new Error(`the process ended before it listened on port ${port}`);
    if (performance.now() > deadline)
      throw new Error(`port ${port} did not open within ${deadlineMs / 1000} s`);
    await sleep(50);
  }
}
