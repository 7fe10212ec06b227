import { createPart, type Part } from '@suffrage/stack/part';
import { freePorts } from '@suffrage/stack/ports';
import type { FaultCase, Stage } from '../fault-case.ts';
import { type Front, openFront } from '../front.ts';
import { untilAcknowledged } from '../load.ts';
import type { World } from '../world.ts';

type Kind = 'ingestion' | 'processor';
/** Settings of a generation of processes, beside those that they need to find each other. */
type Generation = { readonly name: string } & Readonly<Record<Kind, Readonly<Record<string, string>>>>;

/** Longer than a balancer needs to notice, and than clients keep a connection that they don't use. */
const LEAVE = { SUFFRAGE_LEAVE_WAIT: '5s' };
const OLD: Generation = { name: 'old', ingestion: LEAVE, processor: {} };
const NEW: Generation = {
  name: 'new',
  ingestion: { ...LEAVE, SUFFRAGE_IN_FLIGHT_VOTES: '4000', SUFFRAGE_WAITING_VOTES: '800' },
  processor: { SUFFRAGE_CONCURRENT_PARTITIONS: '4', SUFFRAGE_HINT_SECONDS: '3600' },
};

function partsOf({ services }: World, kind: Kind): Part[] {
  return services.places.filter(place => place.kind === kind).map(({ name }) => services.part(name));
}

/** The same service as each of the world's own: on other ports, under a name and with the settings of its generation. */
function generate(world: World, generation: Generation, kind: Kind): Promise<Part[]> {
  return Promise.all(partsOf(world, kind).map(part => generateOne(part, generation, kind)));
}

async function generateOne({ description }: Part, generation: Generation, kind: Kind): Promise<Part> {
  const name = `${description.name}-${generation.name}`;
  const free = await freePorts(Object.keys(description.ports).length);
  const ports = Object.fromEntries(
    Object.keys(description.ports).map((port, index) => [port, free[index] ?? 0]),
  );
  const environment = {
    ...description.process.environment,
    SUFFRAGE_INSTANCE: name,
    ...Object.fromEntries(
      Object.entries(ports).map(([port, at]) => [`SUFFRAGE_${port.toUpperCase()}_PORT`, String(at)]),
    ),
    ...generation[kind],
  };
  const logFile = `${description.process.logFile}-${generation.name}`;
  const probe = {
    kind: 'http',
    url: `http://127.0.0.1:${ports.http ?? ports.metrics}/health/ready`,
  } as const;
  const process = { ...description.process, environment, logFile };
  return createPart(
    { ...description, name, ports, process, probe },
    { lifetime: 'owner', onChange: () => undefined },
  );
}

/** One more first, then one less, as a Deployment with maxSurge 1 and maxUnavailable 0. */
async function replaceAll(stage: Stage, from: readonly Part[], to: readonly Part[], front?: Front) {
  for (const [index, old] of from.entries()) {
    const next = to[index];
    if (!next) throw new Error('generations are of one size');
    await next.start();
    front?.add(next);
    const outcome = await old.stop();
    front?.remove(old);
    if (outcome === 'stopped') stage.happened('process replaced');
    else stage.problem(`${old.name} was to leave in good order: ${outcome}`);
  }
}

const BETWEEN_VOTES = 2_000;

/** To the new generation and, as after a change that did not please, back to the old one. */
async function rollThereAndBack(stage: Stage): Promise<void> {
  const { world, front, load } = stage;
  if (!front) throw new Error('the case has a front');
  const ingestion = { old: [...front.parts], new: await generate(world, NEW, 'ingestion') };
  const again = await generate(world, OLD, 'ingestion');
  const processors = { old: partsOf(world, 'processor'), new: await generate(world, NEW, 'processor') };
  try {
    await Promise.all([
      replaceAll(stage, ingestion.old, ingestion.new, front),
      replaceAll(stage, processors.old, processors.new),
    ]);
    await untilAcknowledged(load, BETWEEN_VOTES);
    await Promise.all([
      replaceAll(stage, ingestion.new, again, front),
      replaceAll(stage, processors.new, processors.old),
    ]);
    await untilAcknowledged(load, BETWEEN_VOTES);
  } finally {
    await Promise.all(processors.new.map(part => part.kill()));
  }
  if (front.unserved() > 0) stage.problem(`${front.unserved()} connections came while no process was ready`);
  for (const [how, times] of Object.entries(load.failures()))
    stage.problem(`${times} requests failed: ${how}`);
}

export const rollingUpdateCases: readonly FaultCase[] = [
  {
    name: 'rolling-update',
    what: 'Ingestion and processors are replaced one by one by such with other settings, and back: no request fails.',
    rate: 500,
    front: async world => openFront(await generate(world, OLD, 'ingestion')),
    run: rollThereAndBack,
  },
];
