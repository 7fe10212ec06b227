/** What the services ask of AWS, and the code that asks. `on` is the end of the ARN, or the key's purpose. */
type Call = {
  readonly service: string;
  readonly actions: readonly string[];
  readonly on: string;
  /** File, and words in it that make the call. */
  readonly code: readonly [file: string, words: string];
};

const FOLLOWS = ['libs/runtime/src/kafka/follow-topic.ts', 'new Consumer('] as const;
const READS = ['kafka-cluster:DescribeTopic', 'kafka-cluster:ReadData'];
const WRITES = ['kafka-cluster:DescribeTopic', 'kafka-cluster:WriteData'];
const GROUP = ['kafka-cluster:AlterGroup', 'kafka-cluster:DescribeGroup'];
const MAKES = ['kafka-cluster:AlterTopic', 'kafka-cluster:CreateTopic', 'kafka-cluster:DescribeTopic'];
const CHANGES = ['kafka-cluster:AlterTopicDynamicConfiguration'];
const SETTINGS = ['kafka-cluster:DescribeTopicDynamicConfiguration'];

const call = (
  service: string,
  actions: readonly string[],
  on: string,
  ...code: readonly [string, string]
): Call => ({ service, actions, on, code });

const CHECK = 'services/ingestion/src/prepare/check-log.ts';
const PREPARE = 'services/ingestion/src/prepare/prepare-log.ts';
const CONSUME = 'services/processor/src/consume.ts';
const KMS = 'services/registrar/src/keys/kms-key.ts';

/** Who follows topic elections writes a beat to it, to know that it has read to its end. */
const BEATS = ['libs/runtime/src/kafka/follow-topic.ts', 'new Producer('] as const;

export const CALLS: readonly Call[] = [
  ...['ingestion', 'processor', 'aggregator', 'registrar', 'migrate-log'].map(service =>
    call(service, ['kafka-cluster:WriteData'], '/elections', ...BEATS),
  ),
  call('ingestion', WRITES, '/votes', 'services/ingestion/src/log/producers.ts', 'new Producer('),
  call(
    'ingestion',
    ['kafka-cluster:WriteDataIdempotently'],
    'cluster',
    'services/ingestion/src/log/producers.ts',
    'idempotent: true',
  ),
  call('ingestion', READS, '/elections', ...FOLLOWS),
  call('ingestion', SETTINGS, '/votes', CHECK, 'describeConfigs'),
  call('ingestion', SETTINGS, '/elections', CHECK, 'describeConfigs'),
  call('processor', READS, '/votes', CONSUME, '.consumer('),
  call('processor', GROUP, 'group', CONSUME, 'groupId'),
  call('processor', READS, '/elections', ...FOLLOWS),
  call(
    'processor',
    WRITES,
    '/votes.quarantine',
    'services/processor/src/relay-quarantine.ts',
    'kafka.producer(',
  ),
  call('aggregator', READS, '/elections', ...FOLLOWS),
  call('aggregator', WRITES, '/elections', 'services/aggregator/src/closing.ts', '.producer('),
  call(
    'aggregator',
    ['kafka-cluster:DescribeTopic'],
    '/votes',
    'services/aggregator/src/watch-log.ts',
    'fetchTopicOffsets',
  ),
  call('registrar', READS, '/elections', ...FOLLOWS),
  call('registrar', WRITES, '/elections', 'services/registrar/src/relay-outbox.ts', '.producer('),
  call('registrar', ['kms:Encrypt'], 'elections key', KMS, 'EncryptCommand('),
  call('registrar', ['kms:Decrypt'], 'elections key', KMS, 'DecryptCommand('),
  call('audit', READS, '/votes', 'tools/audit/src/read-log.ts', 'new Consumer('),
  call('audit', READS, '/elections', 'tools/audit/src/read-log.ts', 'new Consumer('),
  ...['/votes', '/elections', '/votes.quarantine'].map(topic =>
    call('migrate-log', MAKES, topic, PREPARE, 'createTopics('),
  ),
  ...['/votes', '/elections'].flatMap(topic => [
    call('migrate-log', SETTINGS, topic, PREPARE, 'settingsOf('),
    call('migrate-log', CHANGES, topic, PREPARE, 'incrementalAlterConfigs('),
  ]),
  call('migrate-log', ['kafka-cluster:WriteData'], '/elections', PREPARE, '.producer('),
  call('migrate-log', ['kafka-cluster:ReadData'], '/elections', ...FOLLOWS),
];

/** Every client of the log begins with these. */
export const CONNECTS = ['kafka-cluster:Connect', 'kafka-cluster:DescribeCluster'];
