import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dashboards } from './all.ts';
import { toGrafana } from './to-grafana.ts';

/** `node observability/dashboards/print-dashboards.ts DIRECTORY`: one JSON file for each dashboard. */

const directory = process.argv[2];
if (directory === undefined || directory.startsWith('-')) {
  process.stderr.write('usage: print-dashboards.ts DIRECTORY\n');
  process.exit(2);
}
mkdirSync(directory, { recursive: true });
for (const dashboard of dashboards) {
  const name = `${dashboard.uid.replace('suffrage-', '')}.json`;
  writeFileSync(join(directory, name), `${JSON.stringify(toGrafana(dashboard), null, 2)}\n`);
}
