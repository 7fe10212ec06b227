import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PartDescription } from './part.ts';
import type { ProcessReference } from './process.ts';

/** What stack.json holds: enough for another process to see, stop and restart every part. No secret is in it. */
export interface StackState {
  readonly format: 1;
  readonly brokers: number;
  /** False when the start was interrupted, so that parts may be missing below. */
  readonly complete: boolean;
  /** In the order of their start. */
  readonly parts: readonly PartState[];
}

export interface PartState {
  readonly description: PartDescription;
  /** Absent when it was stopped. It may have ended since: only `isRunning` tells. */
  readonly reference?: ProcessReference | undefined;
}

const stateFile = (dataDirectory: string): string => join(dataDirectory, 'stack.json');

/** The state of a stack that was started in this directory, or undefined where none ever was. */
export function readState(dataDirectory: string): StackState | undefined {
  let text: string;
  try {
    text = readFileSync(stateFile(dataDirectory), 'utf8');
  } catch {
    return undefined;
  }
  const state: unknown = JSON.parse(text);
  if (isStackState(state)) return state;
  throw new Error(
    `${stateFile(dataDirectory)} was written by another version of the project: stop its processes with that version, or remove the file.`,
  );
}

/** Our own file, written by `writeState`: the format number stands for its shape. */
function isStackState(value: unknown): value is StackState {
  return typeof value === 'object' && value !== null && 'format' in value && value.format === 1;
}

/** Replaced in one step: a reader, or an interrupted writer, never leaves half a file. */
export function writeState(dataDirectory: string, state: StackState): void {
  mkdirSync(dataDirectory, { recursive: true });
  const file = stateFile(dataDirectory);
  writeFileSync(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
