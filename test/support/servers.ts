/** Addresses of the real servers that the global set-up has started for this run. */
export type TestServers = {
  /** Bootstrap brokers of Kafka. */
  readonly brokers: readonly string[];
  /** PostgreSQL, as a superuser. */
  readonly postgresUrl: string;
  readonly redisUrl: string;
};

const VARIABLES = {
  kafka: 'SUFFRAGE_TEST_KAFKA',
  postgres: 'SUFFRAGE_TEST_POSTGRES',
  redis: 'SUFFRAGE_TEST_REDIS',
};

/** @throws Error when no set-up has run. */
export function testServers(): TestServers {
  return {
    brokers: need(VARIABLES.kafka).split(','),
    postgresUrl: need(VARIABLES.postgres),
    redisUrl: need(VARIABLES.redis),
  };
}

export function publishServers({ brokers, postgresUrl, redisUrl }: TestServers): void {
  process.env[VARIABLES.kafka] = brokers.join(',');
  process.env[VARIABLES.postgres] = postgresUrl;
  process.env[VARIABLES.redis] = redisUrl;
}

function need(name: string): string {
  const value = process.env[name];
  if (value === undefined)
    throw new Error(`${name} is not set: run the tests through jest's integration project`);
  return value;
}
