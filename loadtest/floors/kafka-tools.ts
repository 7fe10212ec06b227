import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { programs } from '@suffrage/stack/paths';

type ToolRun = {
  readonly bootstrap: string;
  readonly topic: string;
  readonly records: number;
  /** Bytes of one record. */
  readonly size: number;
  /** Records a second. */
  readonly rate: number;
};

/**
 * Kafka's own performance tools, a producer and a consumer side by side: the lanes' waiting time and batch size, and the
 * processor's fetches. With the tool's own, which return with each record, the consumer alone cost more than the services.
 */
export async function runKafkaTools({ bootstrap, topic, records, size, rate }: ToolRun): Promise<void> {
  const produce = `--topic ${topic} --num-records ${records} --record-size ${size} --throughput ${rate}`;
  const properties = `bootstrap.servers=${bootstrap} acks=all enable.idempotence=true linger.ms=3 batch.size=800000`;
  const fetches = ['fetch.min.bytes=524288', 'fetch.max.wait.ms=400', 'max.partition.fetch.bytes=4194304'];
  const settings = fetches.map(setting => `--command-property ${setting}`).join(' ');
  const consume = `--bootstrap-server ${bootstrap} --topic ${topic} --num-records ${records} --timeout 60000 ${settings}`;
  const producer = java('ProducerPerformance', `${produce} --producer-props ${properties}`);
  const consumer = java('ConsumerPerformance', consume);
  await Promise.all([producer, consumer]);
}

async function java(name: string, args: string): Promise<void> {
  const jars = [programs.kafkaDirectory, programs.kafkaToolsDirectory].map(directory =>
    join(realpathSync(directory), 'libs/*'),
  );
  const child = spawn(
    programs.java,
    ['-Xmx128m', '-cp', jars.join(':'), `org.apache.kafka.tools.${name}`, ...args.split(' ')],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${name} ended with status ${String(code)}:\n${errors.slice(-2_000)}`);
}
