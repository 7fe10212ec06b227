import type { Part } from '@suffrage/stack/part';
import type { Stage } from '../fault-case.ts';

export const brokersOf = ({ world }: Stage): readonly Part[] => world.infrastructure.kafka.brokers;

export async function killBrokers(stage: Stage): Promise<void> {
  await Promise.all(brokersOf(stage).map(stage.kill));
}

export async function startBrokers(stage: Stage): Promise<void> {
  await Promise.all(brokersOf(stage).map(broker => broker.start()));
}
