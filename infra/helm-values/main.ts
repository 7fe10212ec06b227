import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { z } from 'zod';
import { outputs, valuesOf } from './values.ts';

const HELP = `node infra/helm-values/main.ts OUTPUTS DIRECTORY

Writes what the chart must know of an environment's infrastructure: values-<region>.yaml for each region, into DIRECTORY.

  OUTPUTS     a file with what tofu output -json says of the environment

  helm upgrade suffrage helm/suffrage -f helm/suffrage/values-production.yaml -f values-eu-west-1.yaml
`;

const [file, directory] = process.argv.slice(2);
if (file === undefined || directory === undefined || file === '--help') process.stdout.write(HELP);
else writeValues(file, directory);

function writeValues(from: string, to: string): void {
  const read = outputs.safeParse(JSON.parse(readFileSync(from, 'utf8')));
  if (!read.success) {
    process.stderr.write(
      `${from} is not what tofu output -json says of an environment:\n${z.prettifyError(read.error)}\n`,
    );
    process.exitCode = 1;
    return;
  }
  mkdirSync(to, { recursive: true });
  for (const [region, deployment] of Object.entries(read.data.deployments.value)) {
    const target = join(to, `values-${region}.yaml`);
    writeFileSync(
      target,
      `# Written by infra/helm-values from the outputs of OpenTofu.\n${stringify(valuesOf(deployment), { aliasDuplicateObjects: false })}`,
    );
    process.stdout.write(`${target}\n`);
  }
}
