import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPart, type Part } from '@suffrage/stack/part';
import { repositoryDirectory } from '@suffrage/stack/paths';
import { stringify } from 'yaml';
import { prometheusPrograms } from './programs.ts';

/** A process to scrape. `instance` is its name in the stack, such as `ingestion-2`. */
export type Target = {
  readonly instance: string;
  readonly port: number;
  /** Not always there: nobody is told when it does not answer. */
  readonly isOptional?: boolean;
};

type Options = {
  /** Prometheus keeps its data and its configuration here. */
  readonly directory: string;
  readonly port: number;
  readonly targets: readonly Target[];
  readonly scrapeSeconds: number;
};

const START_DEADLINE_MILLIS = 30_000;
const STOP_DEADLINE_MILLIS = 10_000;

/** Prometheus on loopback with all rules. It ends with this process. */
export function startPrometheus({ directory, port, targets, scrapeSeconds }: Options): Promise<Part> {
  return runPrometheus(directory, port, configuration(targets, scrapeSeconds));
}

/** The same with a configuration of its own. */
export async function runPrometheus(directory: string, port: number, configured: object): Promise<Part> {
  mkdirSync(directory, { recursive: true });
  const configFile = join(directory, 'prometheus.yaml');
  writeFileSync(configFile, stringify(configured));
  const url = `http://127.0.0.1:${port}`;
  const part = createPart(
    {
      name: 'prometheus',
      ports: { http: port },
      process: {
        command: prometheusPrograms().prometheus,
        args: [
          `--config.file=${configFile}`,
          `--storage.tsdb.path=${join(directory, 'data')}`,
          '--storage.tsdb.retention.time=7d',
          `--web.listen-address=127.0.0.1:${port}`,
          '--enable-feature=exemplar-storage',
        ],
        environment: {},
        directory: repositoryDirectory,
        logFile: join(directory, 'prometheus.log'),
      },
      probe: { kind: 'http', url: `${url}/-/ready` },
      stopSignal: 'SIGTERM',
      startDeadlineMs: START_DEADLINE_MILLIS,
      stopDeadlineMs: STOP_DEADLINE_MILLIS,
    },
    { lifetime: 'owner', onChange: () => undefined },
  );
  await part.start();
  return part;
}

function configuration(targets: readonly Target[], scrapeSeconds: number): object {
  const rules = join(repositoryDirectory, 'observability');
  return {
    global: { scrape_interval: `${scrapeSeconds}s`, evaluation_interval: `${scrapeSeconds}s` },
    rule_files: [join(rules, 'rules/*.yaml'), join(rules, 'alerts/*.yaml')],
    scrape_configs: [
      job(
        'suffrage',
        targets.filter(({ isOptional }) => !isOptional),
      ),
      job(
        'optional',
        targets.filter(({ isOptional }) => isOptional),
      ),
    ],
  };
}

const job = (name: string, targets: readonly Target[]) => ({
  job_name: name,
  static_configs: targets.map(({ instance, port }) => ({
    targets: [`127.0.0.1:${port}`],
    labels: { instance },
  })),
});
