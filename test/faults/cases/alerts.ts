import { setTimeout as sleep } from 'node:timers/promises';
import type { Part } from '@suffrage/stack/part';
import { prometheusPrograms } from '../../../observability/run/programs.ts';
import type { FaultCase, Stage } from '../fault-case.ts';
import { untilFiring, watchAlerts } from '../watch-alerts.ts';

/** Nothing fires for so long before the fault: what fires afterwards is its doing. */
const SOUND_MILLIS = 15_000;
/** Beyond what a rule waits for: scrapes, and a machine that is busy. */
const WINDOW_SECONDS = 30;

type Provoked = {
  readonly alert: string;
  /** The rule's own `for`, and what its expression needs before that, in seconds. */
  readonly afterSeconds: number;
  /** What is true in the same fault as well. */
  readonly also?: readonly string[];
  readonly breaks: (stage: Stage) => Promise<void>;
};

/** The alert fires within its window, and nothing else does. */
async function provoke(stage: Stage, { alert, afterSeconds, also = [], breaks }: Provoked): Promise<void> {
  const watch = await watchAlerts(stage.world);
  try {
    await sleep(SOUND_MILLIS);
    for (const name of await watch.firing()) stage.problem(`${name} fires before anything is broken`);
    await breaks(stage);
    const { seconds, others } = await untilFiring(watch, alert, afterSeconds + WINDOW_SECONDS);
    if (seconds === undefined)
      stage.problem(`${alert} does not fire within ${afterSeconds + WINDOW_SECONDS} s`);
    else stage.happened(`${alert} fired, expected after ${afterSeconds} s`);
    for (const name of others) if (!also.includes(name)) stage.problem(`${name} fires as well as ${alert}`);
  } finally {
    await watch.close();
  }
}

function partsOfKind({ world: { services } }: Stage, wanted: string): Part[] {
  return services.places.filter(({ kind }) => kind === wanted).map(({ name }) => services.part(name));
}

function skip(): string | undefined {
  try {
    prometheusPrograms();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function alertCase(what: string, provoked: Provoked): FaultCase {
  const name = provoked.alert.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);
  return { name: `alert${name}`, what, skip, run: stage => provoke(stage, provoked) };
}

export const alertCases: readonly FaultCase[] = [
  alertCase('A processor is killed and stays away: ServiceDown fires, and nothing else.', {
    alert: 'ServiceDown',
    afterSeconds: 60,
    breaks: async stage => {
      const [processor] = partsOfKind(stage, 'processor');
      if (processor) await stage.kill(processor);
    },
  }),
  alertCase('All brokers stand still until votes are not acknowledged: AcknowledgementsFailing fires.', {
    alert: 'AcknowledgementsFailing',
    // Votes under way have 5 s.
    afterSeconds: 10,
    breaks: async stage => {
      for (const broker of stage.world.infrastructure.kafka.brokers) broker.pause();
      stage.happened('freeze', 3);
    },
  }),
  alertCase('All processors stand still: LagTooLong fires, and ServiceDown, because they do not answer.', {
    alert: 'LagTooLong',
    afterSeconds: 95,
    also: ['ServiceDown'],
    breaks: async stage => {
      for (const processor of partsOfKind(stage, 'processor')) processor.pause();
      stage.happened('freeze', 3);
    },
  }),
];
