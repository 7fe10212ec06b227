import { readFileSync } from 'node:fs';
import { z } from 'zod';

const micros = z.number().positive();
const benchmark = z.object({
  summary: z.object({
    cpuMicrosPerVote: z.object({
      ingestionRest: micros,
      ingestionGrpcMany: micros,
      processor: micros,
      broker: micros,
      postgres: micros,
    }),
  }),
  cells: z.object({
    'end to end rest secret 0 % duplicates': z.object({
      halfLoad: z.object({
        cpuMicrosPerVote: z.looseObject({ redis: z.number().nonnegative() }),
        logBytesPerVote: micros,
        walBytesPerVote: micros,
      }),
    }),
  }),
});

/** What the cost of a vote is derived from. CPU in microseconds of one core, sizes in bytes, for each counted vote. */
export type Measured = {
  readonly cpu: {
    readonly ingestionRest: number;
    /** Up to 100 votes in a call. */
    readonly ingestionGrpcMany: number;
    readonly processor: number;
    /** Of one broker that holds one replica. */
    readonly broker: number;
    readonly postgres: number;
    readonly redis: number;
  };
  /** In one replica, as stored. */
  readonly logBytes: number;
  readonly walBytes: number;
};

/** @throws Error when the benchmark has not run, or has not measured what is needed. */
export function readMeasured(file: string): Measured {
  const { summary, cells } = parse(file);
  const { halfLoad } = cells['end to end rest secret 0 % duplicates'];
  return {
    cpu: { ...summary.cpuMicrosPerVote, redis: halfLoad.cpuMicrosPerVote.redis },
    logBytes: halfLoad.logBytesPerVote,
    walBytes: halfLoad.walBytesPerVote,
  };
}

function parse(file: string) {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new Error(`there is no ${file}: run make bench first`);
  }
  const read = benchmark.safeParse(JSON.parse(text));
  if (read.success) return read.data;
  throw new Error(
    `${file} lacks figures that the cost follows from: run make bench whole.\n${z.prettifyError(read.error)}`,
  );
}
