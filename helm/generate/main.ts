import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { printReadme } from './print-readme.ts';
import { printSchema } from './print-schema.ts';
import { readValues } from './read-values.ts';

const USAGE = `Writes what the chart has from elsewhere: values.schema.json and README.md from values.yaml, and copies of alerts,
recording rules and dashboards, because Helm reads nothing outside of a chart.

  node helm/generate/main.ts [DIR]    DIR: where to write (default helm/suffrage)
`;

const ROOT = join(import.meta.dirname, '../..');
const CHART = join(ROOT, 'helm/suffrage');

function main(): void {
  const [target = CHART] = process.argv.slice(2);
  if (target === '--help') return void process.stdout.write(USAGE);
  const values = readValues(join(CHART, 'values.yaml'));
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'values.schema.json'), printSchema(values));
  writeFileSync(join(target, 'README.md'), printReadme(values));
  copyAll(['observability/alerts', 'observability/rules'], join(target, 'files/rules'));
  copyAll(['observability/dashboards/generated'], join(target, 'files/dashboards'));
}

function copyAll(sources: readonly string[], target: string): void {
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  for (const source of sources)
    for (const file of readdirSync(join(ROOT, source)))
      copyFileSync(join(ROOT, source, file), join(target, file));
}

main();
