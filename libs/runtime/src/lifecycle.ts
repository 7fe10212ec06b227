import { crashPoint } from './crash-point.ts';
import type { Log } from './log.ts';

/** Collects what has been opened; closes it in reverse order. */
export type Lifecycle = {
  /** Registers what tells others to go elsewhere from now on, while everything is still served. */
  onLeave(leave: () => void): void;
  leave(): void;
  /** Registers a closing: call it on the line after the resource opens. */
  onClose(name: string, close: () => unknown): void;
  /** Closes everything once; later calls wait for the first. */
  close(): Promise<void>;
};

export function createLifecycle(log: Log): Lifecycle {
  const leavings: (() => void)[] = [];
  const closings: { name: string; close: () => unknown }[] = [];
  let closed: Promise<void> | undefined;
  const closeAll = async () => {
    for (const { name, close } of closings.toReversed()) {
      crashPoint('during-drain');
      try {
        await close();
      } catch (error) {
        log.warn({ err: error, resource: name }, 'closing failed');
      }
    }
  };
  return {
    onLeave: leave => void leavings.push(leave),
    leave: () => {
      for (const leave of leavings) leave();
    },
    onClose: (name, close) => void closings.push({ name, close }),
    close: () => (closed ??= closeAll()),
  };
}

const CLOSE_DEADLINE_MILLIS = 25_000;

/**
 * Runs a service: starts it, closes it on SIGTERM or SIGINT within 25 s, and ends the process with status 1 when it can't
 * start or something that nobody handles is thrown. Asked to end, it first says for `leaveMillis` that it is not ready and
 * goes on serving, so that load balancers send no more to it before it closes: whoever stops it waits `leaveMillis` + 25 s.
 */
export function runService(
  log: Log,
  leaveMillis: number | undefined,
  start: (lifecycle: Lifecycle) => Promise<void>,
): void {
  const lifecycle = createLifecycle(log);
  const stop = (exitCode: number, why: string) => {
    log.info({ why }, 'stopping');
    setTimeout(() => {
      log.error('closing took too long');
      process.exit(1);
    }, CLOSE_DEADLINE_MILLIS).unref();
    void lifecycle.close().then(() => {
      log.info('stopped');
      process.exit(exitCode);
    });
  };
  const leave = (signal: string) => {
    log.info({ signal, leaveMillis }, 'leaving');
    lifecycle.leave();
    setTimeout(stop, leaveMillis ?? 0, 0, signal);
  };
  process.once('SIGTERM', leave);
  process.once('SIGINT', leave);
  const fault = (error: unknown) => {
    log.fatal({ err: error }, 'unhandled fault');
    stop(1, 'fault');
  };
  process.once('uncaughtException', fault);
  process.once('unhandledRejection', fault);
  start(lifecycle).catch(error => {
    log.fatal({ err: error }, 'can not start');
    stop(1, 'can not start');
  });
}
