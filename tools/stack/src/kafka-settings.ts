/** One node of the local Kafka: broker and controller in one process. */
export interface KafkaNode {
  readonly id: number;
  readonly port: number;
  readonly controllerPort: number;
  readonly logDirectory: string;
  readonly behind?: BrokerListener | undefined;
  /** Further lines of server.properties. */
  readonly further?: Readonly<Record<string, string | number>> | undefined;
}

/** A further listener of a broker, which sends its clients to another port: that of a proxy in front of it. */
export interface BrokerListener {
  readonly port: number;
  readonly advertisedPort: number;
}

/**
 * Settings of a node, as the lines of server.properties.
 *
 * The voters are listed statically because ports may change from one start to the next (tests); a dynamic quorum would
 * remember the old ones. The lag and session times make a killed broker's partitions go on after 1.3–1.8 s instead of 9–11 s
 * with the defaults (measured with three brokers, acks=all, SIGKILL).
 */
export function serverProperties(node: KafkaNode, nodes: readonly KafkaNode[]): string {
  const replication = Math.min(3, nodes.length);
  const minInSync = replication === 3 ? 2 : 1;
  const voters = nodes.map(({ id, controllerPort }) => `${id}@127.0.0.1:${controllerPort}`).join(',');
  const settings: Record<string, string | number | boolean> = {
    'process.roles': 'broker,controller',
    'node.id': node.id,
    'controller.quorum.voters': voters,
    listeners: listen({ PLAINTEXT: node.port, PROXIED: node.behind?.port, CONTROLLER: node.controllerPort }),
    'advertised.listeners': listen({ PLAINTEXT: node.port, PROXIED: node.behind?.advertisedPort }),
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': node.logDirectory,
    'broker.rack': `rack-${node.id}`,

    'auto.create.topics.enable': false,
    'unclean.leader.election.enable': false,
    'default.replication.factor': replication,
    'min.insync.replicas': minInSync,
    'offsets.topic.replication.factor': replication,
    'transaction.state.log.replication.factor': replication,
    'transaction.state.log.min.isr': minInSync,
    'share.coordinator.state.topic.replication.factor': replication,
    'share.coordinator.state.topic.min.isr': minInSync,
    // The defaults (50) only cost start-up time on one machine.
    'offsets.topic.num.partitions': 8,
    'transaction.state.log.num.partitions': 8,

    'replica.lag.time.max.ms': 1500,
    'broker.session.timeout.ms': 3000,
    'broker.heartbeat.interval.ms': 500,
    // A broker that dies may have led the controllers too: until there is another leader, no partition gets one.
    'controller.quorum.fetch.timeout.ms': 1_000,
    'controller.quorum.election.timeout.ms': 500,
    'controller.quorum.election.backoff.max.ms': 300,
    // A broker that has come back leads again soon: until then the others lead more than their share, and the next one that
    // dies may take all leaders with it (measured: 3.6 to 4.7 s without an acknowledgement instead of 1.4 to 2.1 s).
    'leader.imbalance.check.interval.seconds': 5,
    'group.initial.rebalance.delay.ms': 0,
    'num.network.threads': 2,
    'num.io.threads': 4,
    ...node.further,
  };
  return `${Object.entries(settings)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n')}\n`;
}

function listen(ports: Readonly<Record<string, number | undefined>>): string {
  return Object.entries(ports)
    .filter(([, port]) => port !== undefined)
    .map(([name, port]) => `${name}://127.0.0.1:${port}`)
    .join(',');
}

/**
 * Arguments of the JVM for a node. `fast-start` compiles with the quick compiler only: ready in 1.1–1.5 s instead of
 * 2.7–4.8 s, for tests and the small local stack. `throughput` is for benchmarks.
 */
export type KafkaTuning = 'fast-start' | 'throughput';

export function javaArguments(jars: string, tuning: KafkaTuning, classArchive: string | undefined): string[] {
  return [
    '-Xms128m',
    '-Xmx512m',
    '-XX:+UseG1GC',
    '-XX:MaxGCPauseMillis=20',
    ...(tuning === 'fast-start' ? ['-XX:TieredStopAtLevel=1'] : []),
    // An archive of another Java build is left aside with a warning; it never stops the broker.
    ...(classArchive === undefined
      ? []
      : [`-XX:SharedArchiveFile=${classArchive}`, '-Xlog:cds=off', '-Xlog:cds+dynamic=off']),
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
    '-Dorg.slf4j.simpleLogger.showDateTime=true',
    '-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS',
    '-cp',
    `${jars}/*`,
  ];
}
