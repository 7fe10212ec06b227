import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processStatus } from './proc.ts';
import { hasCode, isRunning, type ProcessReference } from './process.ts';

export class StackBusyError extends Error {
  override readonly name = 'StackBusyError';
}

/**
 * Holds the directory for one command that changes the stack. The lock of a process that is gone counts for nothing.
 * @throws StackBusyError when another command is at work.
 */
export function lockStack(dataDirectory: string): () => void {
  mkdirSync(dataDirectory, { recursive: true });
  const file = join(dataDirectory, 'lock');
  const mine: ProcessReference = { pid: process.pid, startTime: processStatus(process.pid)?.startTime ?? '' };
  for (let tries = 0; tries < 3; tries++) {
    try {
      writeFileSync(file, JSON.stringify(mine), { flag: 'wx', mode: 0o600 });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    }
    const holder = readHolder(file);
    if (holder !== undefined && isRunning(holder)) {
      throw new StackBusyError(
        `Another command (pid ${holder.pid}) is starting or stopping the stack in ${dataDirectory}: wait until it is done.`,
      );
    }
    rmSync(file, { force: true });
  }
  throw new StackBusyError(
    `The stack in ${dataDirectory} is being started or stopped by another command: try again.`,
  );
}

function readHolder(file: string): ProcessReference | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof value !== 'object' || value === null || !('pid' in value) || !('startTime' in value))
      return undefined;
    return { pid: Number(value.pid), startTime: String(value.startTime) };
  } catch {
    return undefined;
  }
}
