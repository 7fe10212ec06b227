import type { VotesSource } from '../bench/votes.ts';

/** How a floor program and the benchmark talk: settings by the command line, the rest by messages. */
export type FloorSettings = {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly partitions: number;
  readonly source: VotesSource;
  /** The processor's floor: where its table is, and how many rows it may write. */
  readonly databaseUrl?: string;
  readonly rows?: number;
};

/** Load that a floor makes itself. Votes come one by one, or all of so many milliseconds at once, as those of a call do. */
export type FloorLoad = { readonly rate: number; readonly seconds: number; readonly collectMillis: number };

export type FloorAsked = { readonly ask: 'done' } | ({ readonly ask: 'run' } & FloorLoad);
export type FloorTold = { readonly address: string } | { readonly done: number } | { readonly ran: true };

export function readSettings(): FloorSettings {
  return JSON.parse(process.argv[2] ?? '{}');
}

/** Says that the floor is ready, and answers what it is asked. Ends with the benchmark. */
export function tell(floor: {
  readonly address: string;
  /** Votes or records that have gone all the way. */
  readonly done: () => number;
  readonly run?: (load: FloorLoad) => Promise<void>;
}): void {
  const say = (told: FloorTold) => process.send?.(told);
  process.on('message', (asked: FloorAsked) => {
    if (asked.ask === 'done') say({ done: floor.done() });
    else void floor.run?.(asked).then(() => say({ ran: true }));
  });
  process.on('disconnect', () => process.exit(0));
  say({ address: floor.address });
}
