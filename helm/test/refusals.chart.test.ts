import { expect, test } from '@jest/globals';
import { render, type Values, type ValueFile } from './render.ts';

type Wrong = readonly [what: string, values: Values, message: string | RegExp, file?: ValueFile];

const WRONG: readonly Wrong[] = [
  // Refused by values.schema.json.
  ['a misspelled key', { ingestoin: {} }, "additional properties 'ingestoin' not allowed"],
  [
    'a misspelled key further down',
    { web: { replica: 2 } },
    "at '/web': additional properties 'replica' not allowed",
  ],
  ['a number as text', { web: { replicas: 'two' } }, "at '/web/replicas': got string, want integer"],
  ['fewer pods than none', { web: { replicas: -1 } }, "at '/web/replicas': minimum: got -1, want 0"],
  ['an environment that there is not', { environment: 'prod' }, "at '/environment': value must be one of"],
  ['an image that moves', { image: { tag: 'latest' } }, "at '/image/tag': 'not' failed"],
  [
    'a digest that is none',
    { image: { digests: { web: 'sha256:1' } } },
    "at '/image/digests/web': 'sha256:1' does not match",
  ],
  ['a digest of an unknown image', { image: { digests: { voter: '' } } }, /image\/digests.*voter/s],
  [
    'a broker without a port',
    { kafka: { brokers: 'kafka' } },
    "at '/kafka/brokers': 'kafka' does not match pattern",
  ],
  [
    'shards that are no power of two',
    { kafka: { shards: 3 } },
    "at '/kafka/shards': value must be one of 1, 2, 4",
  ],
  [
    'an unknown way to sign in',
    { kafka: { sasl: { mechanism: 'plain' } } },
    "at '/kafka/sasl/mechanism': value must be one of",
  ],
  [
    'a setting that ingestion does not have',
    { ingestion: { settings: { SUFFRAGE_INFLIGHT: 1 } } },
    /ingestion\/settings.*SUFFRAGE_INFLIGHT/s,
  ],
  [
    'a setting that the chart decides',
    { web: { settings: { SUFFRAGE_HTTP_PORT: 80 } } },
    /web\/settings.*SUFFRAGE_HTTP_PORT/s,
  ],
  [
    'a wait that the grace period does not know of',
    { web: { settings: { SUFFRAGE_LEAVE_WAIT: '300s' } } },
    /web\/settings.*SUFFRAGE_LEAVE_WAIT/s,
  ],
  [
    'a container without a limit of memory',
    { web: { resources: { limits: { memory: null } } } },
    "at '/web/resources/limits': missing property 'memory'",
  ],
  [
    'a secret as a value',
    { secrets: { receiptKey: { value: 'MC4CAQ' } } },
    /secrets\/receiptKey.*additional properties 'value' not allowed/s,
  ],
  [
    'no receipt key',
    { secrets: { receiptKey: { secret: '' } } },
    "at '/secrets/receiptKey/secret': minLength: got 0, want 1",
  ],
  [
    'a private key as a public one',
    { publicKeys: { receipt: '-----BEGIN PRIVATE KEY-----' } },
    /publicKeys\/receipt.*does not match pattern/s,
  ],
  [
    'a host that is a URL',
    { edge: { hosts: { page: 'https://vote.example.org' } } },
    /edge\/hosts\/page.*does not match/s,
  ],
  [
    'a port that there is not',
    { network: { redis: { ports: [70_000] } } },
    "at '/network/redis/ports/0': maximum: got 70,000, want 65,535",
  ],
  [
    'a peer that is everybody',
    { network: { redis: { peers: [{}] } } },
    "at '/network/redis/peers/0': minProperties: got 0, want 1",
  ],
  [
    'a certificate for ever',
    { tls: { duration: 'long' } },
    "at '/tls/duration': 'long' does not match pattern",
  ],
  [
    'canary steps beyond all pods',
    { rollouts: { steps: [150] } },
    "at '/rollouts/steps/0': maximum: got 150, want 99",
  ],
  [
    'a grace without end',
    { web: { leaveSeconds: 600 } },
    "at '/web/leaveSeconds': maximum: got 600, want 120",
  ],
  // Refused by the templates: wrong only together.
  [
    'one copy in production',
    { kafka: { replication: 1 } },
    'kafka.replication: production needs 3 copies',
    'gateway',
  ],
  [
    'partitions that do not fill the shards',
    { kafka: { partitions: 66 } },
    'kafka.partitions: 66 is no multiple of kafka.shards (4)',
    'gateway',
  ],
  [
    'more processors than partitions',
    { processor: { keda: { maxReplicas: 65 } } },
    'processor.keda.maxReplicas: more pods (65) than kafka.partitions (64)',
    'gateway',
  ],
  [
    'two that set the number of pods',
    { processor: { autoscaling: { enabled: true } } },
    'processor: keda and autoscaling would both',
    'gateway',
  ],
  [
    'fewer pods at most than at least',
    { web: { autoscaling: { enabled: true, minReplicas: 9, maxReplicas: 3 } } },
    'web.autoscaling: minReplicas (9) is above maxReplicas (3)',
  ],
  [
    'a canary of a StatefulSet',
    { rollouts: { enabled: true } },
    'rollouts.enabled: ingestion with a local queue is a StatefulSet',
    'gateway',
  ],
  [
    'no public half of the receipt key',
    { publicKeys: { configMap: '' } },
    'publicKeys.receipt: elections need the public half',
  ],
  [
    'nothing that encrypts the keys of elections',
    { secrets: { electionKeysSecret: { secret: '' } } },
    'secrets.electionKeysSecret: the registrar needs it',
  ],
  [
    'a password that is nowhere',
    { secrets: { kafkaPassword: { secret: '' } } },
    'secrets.kafkaPassword: kafka.sasl.mechanism scram-sha-512 needs it',
    'gateway',
  ],
  [
    'a registrar that would share a password with the votes',
    { secrets: { registrarKafkaPassword: { secret: '' } } },
    'secrets.registrarKafkaPassword: kafka.sasl.mechanism scram-sha-512 needs it',
    'gateway',
  ],
  [
    'a signature of nowhere in AWS',
    { aws: { region: '' } },
    'aws.region: kafka.sasl.mechanism aws-msk-iam',
    'production',
  ],
  [
    'nobody who has a password',
    { kafka: { sasl: { username: '' } } },
    'kafka.sasl.username: kafka.sasl.mechanism scram-sha-512 needs it',
    'gateway',
  ],
  [
    'a signature on nothing',
    { secrets: { auditorKey: { secret: 'auditor' } } },
    'secrets.auditorKey: a report is signed where it is kept',
  ],
  [
    'an election for show in production',
    { tests: { holdElection: true } },
    'tests.holdElection: its election would stay on the log of production',
    'gateway',
  ],
  [
    'an election for show that the limit of an address would hold up',
    { tests: { holdElection: true }, tls: { services: 'none' } },
    'set registrar.settings.SUFFRAGE_LIMIT_PER_ADDRESS',
    'nginx',
  ],
  [
    'routes without a gateway',
    { edge: { gateway: { name: '' } } },
    'edge.gateway.name: routes need a Gateway',
    'gateway',
  ],
  [
    'an edge without a host',
    { edge: { hosts: { page: '', votes: '', results: '' } } },
    'edge.hosts: name at least one host',
  ],
  [
    'a page whose word about addresses counts for nothing',
    { network: { pods: [] } },
    "network.pods: without the ranges of pods' addresses all voters have one address",
    'production',
  ],
  [
    'a range that is everybody',
    { edge: { proxies: ['0.0.0.0/0'] } },
    "at '/edge/proxies/0': '0.0.0.0/0' does not match pattern",
  ],
  [
    'a setting of addresses beside those values',
    { registrar: { settings: { SUFFRAGE_TRUSTED_PROXIES: '10.0.0.0/8' } } },
    /registrar\/settings.*SUFFRAGE_TRUSTED_PROXIES/s,
  ],
  [
    'a balancer without a certificate',
    { tls: { services: 'mutual' } },
    'an ALB shows no certificate, so with tls.services mutual',
    'production',
  ],
  [
    'one Secret for registrar and votes',
    { secrets: { redisUrl: { secret: 'suffrage-registrar' } } },
    "the registrar's are apart from the votes': use two",
  ],
];

test.each(WRONG)(
  '%s is refused with a message that says so',
  async (_what, values, message, file = 'kind') => {
    await expect(render(file, values)).rejects.toThrow(message);
  },
);
