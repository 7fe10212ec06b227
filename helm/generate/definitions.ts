import { settings as aggregator } from '@suffrage/aggregator/config';
import { settings as ingestion } from '@suffrage/ingestion/config';
import { settings as processor } from '@suffrage/processor/config';
import { settings as registrar } from '@suffrage/registrar/config';
import { webSettings as web } from '@suffrage/web/server/config.ts';
import type { Schema } from './read-values.ts';

const text = { type: 'string' };
const name = { type: 'string', minLength: 1, maxLength: 253 };
const quantity = { type: ['string', 'number'], pattern: '^[0-9.]+(m|k|Ki|M|Mi|G|Gi|Ti)?$' };

/** Every key named and needed, nothing else. */
function record(properties: Readonly<Record<string, Schema>>, required?: readonly string[]): Schema {
  return {
    type: 'object',
    properties,
    additionalProperties: false,
    ...(required ? { required } : {}),
  };
}

const list = (items: Schema): Schema => ({ type: 'array', items });
const words: Schema = { type: 'object', additionalProperties: text };
const free: Schema = { type: 'object' };

const secret = record(
  {
    secret: { ...text, maxLength: 253 },
    key: { type: 'string', pattern: '^[-._a-zA-Z0-9]+$' },
    remoteKey: text,
    remoteProperty: text,
  },
  ['secret', 'key'],
);

const SECRETS = [
  'receiptKey',
  'resultsKey',
  'votesDatabases',
  'votesReplicas',
  'votesDatabasesOwner',
  'redisUrl',
  'registrarDatabase',
  'registrarDatabaseOwner',
  'managerTokens',
  'electionKeysSecret',
  'codeKey',
  'limitsRedisUrl',
  'captchaSecret',
  'kafkaPassword',
  'registrarKafkaPassword',
  'auditorKey',
  'auditorToken',
];
/** Nothing starts without these. */
const NEEDED = ['receiptKey', 'votesDatabases', 'redisUrl', 'registrarDatabase', 'managerTokens', 'codeKey'];

/** What the chart itself decides: as a further setting it would contradict the rest of the pod. */
const DECIDED =
  /_FILE$|_PORT$|_DIRECTORY$|^SUFFRAGE_(?:HOST|INSTANCE|NAMESPACE|ENVIRONMENT|LOG_LEVEL|CRASH_POINT|LEAVE_WAIT|KMS_KEY_ID|ISSUER_NAME|(?:INGESTION|RESULTS|REGISTRAR)_URL|INGESTION_METRICS_URLS|TRUSTED_PROXIES|KAFKA_.*|LOCAL_QUEUE_.*|CONCURRENT_PARTITIONS)$/;

/** Settings of a service that operators may set: a misspelled name is refused before anything is installed. */
function settingsOf(shape: Readonly<Record<string, unknown>>): Schema {
  const names = Object.keys(shape).filter(setting => !DECIDED.test(setting));
  const scalar = { type: ['string', 'number', 'boolean'] };
  return record(Object.fromEntries(names.map(setting => [setting, scalar])));
}

const policyPeers: Schema = list({ type: 'object', minProperties: 1 });

/** What several values have in common, by the name that `@schema` lines refer to. */
export const definitions: Readonly<Record<string, Schema>> = {
  annotations: words,
  autoscaling: record({
    enabled: { type: 'boolean' },
    minReplicas: { type: 'integer', minimum: 1 },
    maxReplicas: { type: 'integer', minimum: 1 },
    cpuPercent: { type: 'integer', minimum: 1, maximum: 100 },
    memoryPercent: { type: 'integer', minimum: 1, maximum: 100 },
    requestsPerSecond: { type: 'number', minimum: 0 },
    latencySeconds: { type: 'number', minimum: 0 },
  }),
  destination: record({ peers: policyPeers, ports: list({ type: 'integer', minimum: 1, maximum: 65_535 }) }, [
    'peers',
    'ports',
  ]),
  digests: record(
    Object.fromEntries(
      ['ingestion', 'processor', 'aggregator', 'registrar', 'web', 'tools'].map(image => [
        image,
        { type: 'string', pattern: '^sha256:[0-9a-f]{64}$' },
      ]),
    ),
  ),
  duration: { type: 'string', pattern: '^([0-9]+(ms|s|m|h))+$' },
  host: { type: 'string', pattern: '^$|^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$' },
  peers: policyPeers,
  placement: record({
    nodeSelector: words,
    tolerations: list(free),
    /** `votes`, `readers`, the name of a class of the cluster, or none. */
    priority: text,
  }),
  range: { type: 'string', pattern: String.raw`^[0-9a-fA-F.:]+/([1-9]|[1-9][0-9]|1[01][0-9]|12[0-8])$` },
  resources: record(
    {
      requests: record({ cpu: quantity, memory: quantity, 'ephemeral-storage': quantity }, ['cpu', 'memory']),
      // No limit of the CPU: it would slow a pod down while the node has nothing else to do.
      limits: record({ cpu: quantity, memory: quantity, 'ephemeral-storage': quantity }, ['memory']),
    },
    ['requests', 'limits'],
  ),
  secretKey: record({ secret: { ...text, maxLength: 253 }, key: name }, ['secret', 'key']),
  secrets: record(
    Object.fromEntries(
      SECRETS.map(file => [
        file,
        NEEDED.includes(file) ? { ...secret, allOf: [{ properties: { secret: { minLength: 1 } } }] } : secret,
      ]),
    ),
    NEEDED,
  ),
  secretStore: record(
    { name, kind: { type: 'string', enum: ['SecretStore', 'ClusterSecretStore'] }, provider: free },
    ['name', 'kind'],
  ),
  ingestionSettings: settingsOf(ingestion),
  processorSettings: settingsOf(processor),
  aggregatorSettings: settingsOf(aggregator),
  registrarSettings: settingsOf(registrar),
  webSettings: settingsOf(web),
};
