import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { down, reset, scalePartitions, status, up } from './commands.ts';
import { erase } from './erase.ts';
import { REQUEUE_HELP, requeue } from './requeue.ts';
import { repositoryDirectory } from './paths.ts';

const HELP = `The local stack: Kafka, PostgreSQL, Redis and all services, without a container engine.

  make up [BROKERS=3]   start it; a second time says that it is up
  make status           a table of its parts; exit status 1 when one is not healthy
  make down             stop it, keep its data
  make scale-partitions N=32   add partitions to topic votes until there are so many, while votes arrive
  make requeue          have the votes tried again that a database has refused, and say what became of them
  make erase ELECTION=id   destroy what an election keeps of its voters, after its retention period
  make reset            stop it and remove its data, after asking (YES=1 skips that)

  SUFFRAGE_DATA=DIR     where its data lives (default .data/local)
  OTEL_EXPORTER_OTLP_ENDPOINT=URL   make up: where the services send their spans (OpenTelemetry's other variables hold too)
`;

// kafkajs asks for timers in the past; Node 24 warns about each and takes 1 ms. Said once in the log it would be noise here.
process.removeAllListeners('warning');
process.on('warning', warning => {
  if (warning.name !== 'TimeoutNegativeWarning')
    process.stderr.write(`${warning.name}: ${warning.message}\n`);
});

const say = (line: string): void => void process.stdout.write(`${line}\n`);

function brokersOf(text: string | undefined): 1 | 3 | undefined {
  if (text === undefined) return undefined;
  if (text !== '1' && text !== '3') throw new Error(`there can be 1 or 3 brokers, not ${text}`);
  return text === '1' ? 1 : 3;
}

function partitionsOf(text = ''): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 4096) return count;
  throw new Error(
    `say how many partitions there shall be, 1 to 4096 (make scale-partitions N=32), not "${text}"`,
  );
}

async function run(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' }, brokers: { type: 'string' } },
  });
  const [command] = positionals;
  // Absolute, since the parts run in directories of their own.
  const dataDirectory = resolve(repositoryDirectory, process.env.SUFFRAGE_DATA ?? '.data/local');
  if (values.help || command === undefined) {
    say(command === 'requeue' ? REQUEUE_HELP : HELP);
    return values.help ? 0 : 2;
  }
  switch (command) {
    case 'up':
      return up(dataDirectory, brokersOf(values.brokers), say);
    case 'down':
      return down(dataDirectory, say);
    case 'status':
      return status(dataDirectory, say);
    case 'scale-partitions':
      return scalePartitions(dataDirectory, partitionsOf(positionals[1]), say);
    case 'requeue':
      return requeue(dataDirectory, say);
    case 'erase':
      return erase(dataDirectory, positionals[1] ?? '', say);
    case 'reset':
      return reset(dataDirectory, process.env.YES === '1', say);
    default:
      throw new Error(`there is no command ${command}: see --help`);
  }
}

process.exitCode = await run().catch((error: unknown) => {
  process.stderr.write(`stack: ${error instanceof Error ? error.message : String(error)}\n`);
  return 1;
});
