import { topicNames } from '@suffrage/contracts/topics';
import { kafkaAccess } from '@suffrage/runtime/kafka/access';
import { kafkaClient } from '@suffrage/runtime/kafka/client';
import type { Log } from '@suffrage/runtime/log';
import kafkajs, { type Admin } from 'kafkajs';
import type { IngestionConfig } from '../config.ts';
import {
  electionsTopicSettings,
  type TopicSettings,
  voteTopicSettings,
  weaknesses,
} from './topic-settings.ts';

const PRODUCTION_REPLICATION = 3;

/**
 * In production a log that would not keep what we acknowledge is refused before the first vote; elsewhere a single
 * broker is allowed, but its settings must be right for its size.
 * @throws Error naming every weak setting.
 */
export async function refuseWeakLog(config: IngestionConfig, log: Log): Promise<void> {
  if (config.SUFFRAGE_ENVIRONMENT !== 'production') return;
  const { votes, elections } = topicNames(config.SUFFRAGE_NAMESPACE);
  const admin = kafkaClient(kafkaAccess(config, log), 'suffrage-check-log', log).admin();
  await admin.connect();
  try {
    const found = [
      ...weaknesses(votes, voteTopicSettings(PRODUCTION_REPLICATION), await settingsOf(admin, votes)),
      ...weaknesses(
        elections,
        electionsTopicSettings(PRODUCTION_REPLICATION),
        await settingsOf(admin, elections),
      ),
    ];
    const { topics } = await admin.fetchTopicMetadata({ topics: [votes] });
    const thin = topics
      .flatMap(topic => topic.partitions)
      .filter(p => p.replicas.length < PRODUCTION_REPLICATION);
    if (thin.length > 0) found.push(`topic ${votes}: ${thin.length} partitions have fewer than 3 replicas`);
    if (found.length > 0) throw new Error(`the log is too weak for production:\n${found.join('\n')}`);
  } finally {
    await admin.disconnect();
  }
}

export async function settingsOf(admin: Admin, topic: string): Promise<TopicSettings> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }],
  });
  const entries = resources.flatMap(resource => resource.configEntries);
  return Object.fromEntries(entries.map(({ configName, configValue }) => [configName, configValue]));
}
