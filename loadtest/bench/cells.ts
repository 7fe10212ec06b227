import { measureBareFloors } from './bare-floors.ts';
import { measureBrokers } from './brokers.ts';
import { measureIngestionAlone, measureProcessorDrain, measureSubscribers } from './components.ts';
import { measureDuplicates } from './duplicates.ts';
import { measureEfficiency } from './efficiency.ts';
import { measureEndToEnd } from './end-to-end.ts';
import { measureEveryTransport } from './every-transport.ts';
import { measureGrowth } from './growth.ts';
import { measureOverload } from './overload.ts';
import type { Run } from './run.ts';
import { TRANSPORTS } from './senders.ts';
import { measureTelemetry } from './telemetry.ts';
import { measureTokens } from './tokens.ts';

/** One measurement that stands for itself: it starts its own services and audits its own votes. */
export type Cell = { readonly name: string; readonly measure: (run: Run) => Promise<unknown> };

/** How much of each: `quick` fits 20 minutes on two cores, `full` is everything, `smoke` only shows that it all works. */
export type Extent = 'quick' | 'full' | 'smoke';

/** Votes a second where what is compared has no floor. */
const RATE = 2_000;

const MODES = ['secret', 'pseudonymous'] as const;
const GROWN = [100_000, 1_000_000, 5_000_000, 20_000_000];
const SMALL = { stored: 0, partitions: 8, shards: 1 };

/** @param asked votes a second where costs are measured; otherwise what suits the machine, or `RATE` */
export function cellsOf(extent: Extent, asked?: number): readonly Cell[] {
  const rate = asked ?? RATE;
  switch (extent) {
    case 'smoke':
      return smokeCells(rate);
    case 'quick':
      return quickCells(rate, asked);
    case 'full':
      return fullCells(rate, asked);
  }
}

/** Votes that must lie ready for each mode. */
export const VOTES: Readonly<Record<Extent, { readonly secret: number; readonly pseudonymous: number }>> = {
  smoke: { secret: 1_000, pseudonymous: 1 },
  quick: { secret: 200_000, pseudonymous: 100_000 },
  full: { secret: 200_000, pseudonymous: 500_000 },
};

const bareFloors: Cell = { name: 'bare floors', measure: measureBareFloors };

const telemetryCell = (rate: number): Cell => ({
  name: 'telemetry',
  measure: run => measureTelemetry(run, { rate, rounds: 7 }),
});

const brokersCell = (rate: number): Cell => ({
  name: 'three brokers',
  measure: run => measureBrokers(run, { mode: 'secret', rate }),
});

const tokens: Cell = { name: 'tokens', measure: run => measureTokens(run, { tokens: 15_000 }) };

/** Kafka's own tools may not be installed where the tests run, so no floors. */
function smokeCells(rate: number): Cell[] {
  return [
    {
      name: 'every transport',
      measure: run => measureEveryTransport(run, { mode: 'secret', rate, duplicates: 0.3 }),
    },
    { name: 'tokens', measure: run => measureTokens(run, { tokens: 100 }) },
  ];
}

function quickCells(rate: number, asked: number | undefined): Cell[] {
  return [
    bareFloors,
    efficiencyCell('secret', asked, 7),
    efficiencyCell('pseudonymous', asked, 2),
    ...TRANSPORTS.map(transport => endToEndCell(transport, 'secret', 0)),
    ...(['rest', 'grpc-many'] as const).map(overloadCell),
    duplicatesCell('secret', rate),
    componentCell('ingestion', run => measureIngestionAlone(run, { mode: 'secret', rate: 3 * rate })),
    componentCell('processor', run => measureProcessorDrain(run, { mode: 'secret', votes: 100_000 })),
    tokens,
    telemetryCell(rate),
    brokersCell(rate),
    componentCell('aggregator', run => measureSubscribers(run, { subscribers: 9_500, rate: 100 })),
    ...[100_000, 20_000_000].map(stored => growthCell({ ...SMALL, stored }, 20_000, rate)),
  ];
}

function fullCells(rate: number, asked: number | undefined): Cell[] {
  return [
    bareFloors,
    ...MODES.map(mode => efficiencyCell(mode, asked, 7)),
    ...MODES.flatMap(mode =>
      TRANSPORTS.flatMap(transport => [0, 0.3].map(duplicates => endToEndCell(transport, mode, duplicates))),
    ),
    ...TRANSPORTS.map(overloadCell),
    ...MODES.map(mode => duplicatesCell(mode, rate)),
    componentCell('ingestion', run => measureIngestionAlone(run, { mode: 'secret', rate: 3 * rate })),
    componentCell('processor', run => measureProcessorDrain(run, { mode: 'pseudonymous', votes: 500_000 })),
    tokens,
    telemetryCell(rate),
    brokersCell(rate),
    componentCell('aggregator', run => measureSubscribers(run, { subscribers: 9_500, rate: 100 })),
    ...GROWN.map(stored => growthCell({ ...SMALL, stored }, 100_000, rate)),
    ...[4, 16, 64, 256].map(partitions => growthCell({ ...SMALL, partitions }, 100_000, rate)),
    ...[2, 4].map(shards => growthCell({ ...SMALL, shards }, 100_000, rate)),
  ];
}

function efficiencyCell(mode: (typeof MODES)[number], asked: number | undefined, rounds: number): Cell {
  const rate = asked === undefined ? {} : { rate: asked };
  return { name: `efficiency ${mode}`, measure: run => measureEfficiency(run, { mode, rounds, ...rate }) };
}

function endToEndCell(
  transport: (typeof TRANSPORTS)[number],
  mode: (typeof MODES)[number],
  duplicates: number,
): Cell {
  return {
    name: `end to end ${transport} ${mode} ${duplicates * 100} % duplicates`,
    measure: run => measureEndToEnd(run, { transport, mode, duplicates }),
  };
}

function overloadCell(transport: (typeof TRANSPORTS)[number]): Cell {
  return {
    name: `overload ${transport}`,
    measure: run => measureOverload(run, { transport, mode: 'secret' }),
  };
}

function duplicatesCell(mode: (typeof MODES)[number], rate: number): Cell {
  return { name: `duplicates ${mode}`, measure: run => measureDuplicates(run, { mode, rate, rounds: 5 }) };
}

function componentCell(name: string, measure: Cell['measure']): Cell {
  return { name: `${name} alone`, measure };
}

function growthCell(
  shape: { readonly stored: number; readonly partitions: number; readonly shards: number },
  votes: number,
  rate: number,
): Cell {
  const { stored, partitions, shards } = shape;
  return {
    name: `growth ${stored} stored ${partitions} partitions ${shards} shards`,
    measure: run => measureGrowth(run, { ...shape, votes, rate }),
  };
}
