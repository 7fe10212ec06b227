import { Kafka, logLevel } from 'kafkajs';
import type { Log } from '../log.ts';
import { type KafkaAccess, kafkajsBrokersOf } from './access.ts';

/**
 * kafkajs serves for consuming and administration. It never produces votes: with concurrent idempotent sends it loses
 * acknowledged records (docs/design/dependencies.md).
 */
export function kafkaClient(access: KafkaAccess, clientId: string, log: Log): Kafka {
  return new Kafka({
    ...kafkajsBrokersOf(access),
    clientId,
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 8 },
    logLevel: logLevel.WARN,
    logCreator:
      () =>
      ({ level, log: entry }) => {
        const { message, timestamp: _timestamp, logger: _logger, ...fields } = entry;
        if (level <= logLevel.ERROR) log.error({ kafka: fields }, message);
        else log.warn({ kafka: fields }, message);
      },
  });
}
