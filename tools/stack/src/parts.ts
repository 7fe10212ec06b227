import { createPart, type Part, type PartDescription } from './part.ts';
import type { Lifetime, StopOutcome } from './process.ts';
import { readState, writeState } from './state.ts';

/** All parts of one stack, in the order of their start, mirrored in its stack.json. */
export interface Parts {
  readonly dataDirectory: string;
  readonly all: readonly Part[];
  /** Aborted by `stopAll`. Work that starts processes or programs passes it on. */
  readonly signal: AbortSignal;
  add(description: PartDescription): Part;
  /** Runs these side by side. When one fails the others are aborted and awaited, and the first failure is thrown. */
  together<T>(tasks: readonly Promise<T>[]): Promise<T[]>;
  /** Notes in stack.json that the start went through: only then can single parts be started again later. */
  markComplete(): void;
  /** Whatever was starting is stopped as well. Safe to call twice. */
  stopAll(onStopped?: (part: Part, outcome: StopOutcome) => void): Promise<void>;
}

export function createParts(dataDirectory: string, lifetime: Lifetime, brokers: number): Parts {
  const all: Part[] = [];
  const controller = new AbortController();
  let complete = false;
  const save = (): void => {
    const parts = all.map(part => ({ description: part.description, reference: part.reference() }));
    writeState(dataDirectory, { format: 1, brokers, complete, parts });
  };
  return {
    dataDirectory,
    all,
    signal: controller.signal,
    add: description => {
      const part = createPart(description, { lifetime, signal: controller.signal, onChange: save });
      all.push(part);
      return part;
    },
    together: async tasks => {
      try {
        return await Promise.all(tasks);
      } catch (error) {
        controller.abort(new Error('Another part of the stack failed'));
        await Promise.allSettled(tasks);
        throw error;
      }
    },
    markComplete: () => {
      complete = true;
      save();
    },
    stopAll: async onStopped => {
      controller.abort(new Error('The stack is being stopped'));
      await stopInOrder(all, onStopped);
    },
  };
}

/** The parts of a stack that another process started. Parts started through this outlive us as theirs do. */
export function openParts(dataDirectory: string): Part[] {
  const state = readState(dataDirectory);
  if (state === undefined) return [];
  const parts: Part[] = [];
  const save = (): void => {
    const states = parts.map(part => ({ description: part.description, reference: part.reference() }));
    writeState(dataDirectory, { ...state, parts: states });
  };
  for (const { description, reference } of state.parts) {
    parts.push(createPart(description, { lifetime: 'detached', reference, onChange: save }));
  }
  return parts;
}

/** Who asks others goes before those others. Servers at the end do not need each other. */
const STOP_ORDER = ['web', 'aggregator', 'processor', 'ingestion', 'registrar'];

/** Position of `ingestion-2` in that order. */
function stopRank(part: Part): number {
  const index = STOP_ORDER.indexOf(part.name.replace(/-\d+$/, ''));
  return index === -1 ? STOP_ORDER.length : index;
}

export async function stopInOrder(
  parts: readonly Part[],
  onStopped: (part: Part, outcome: StopOutcome) => void = () => {},
): Promise<void> {
  const ranks = [...new Set(parts.map(stopRank))].toSorted((a, b) => a - b);
  for (const rank of ranks) {
    const together = parts.filter(part => stopRank(part) === rank);
    await Promise.all(together.map(async part => onStopped(part, await part.stop())));
  }
}
