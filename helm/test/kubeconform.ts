import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './render.ts';

const PROGRAM = join(ROOT, '.tools/bin/kubeconform');
const SCHEMAS = join(ROOT, '.tools/bin/kubernetes-schemas');
const LOCATIONS = [
  `${SCHEMAS}/{{ .NormalizedKubernetesVersion }}-local{{ .StrictSuffix }}/{{ .ResourceKind }}{{ .KindSuffix }}.json`,
  `${join(import.meta.dirname, 'crds')}/{{ .Group }}/{{ .ResourceKind }}_{{ .ResourceAPIVersion }}.json`,
];

/** The versions that tools/setup/versions.env has unpacked. */
export const VERSIONS =
  /^KUBERNETES_VERSIONS='(.*)'$/m
    .exec(readFileSync(join(ROOT, 'tools/setup/versions.env'), 'utf8'))?.[1]
    ?.split(' ')
    .map(version => version.slice(1)) ?? [];

/** Holds manifests against the schemas of Kubernetes. Strict: a field that the API does not know is refused. */
export function kubeconform(
  text: string,
  version = VERSIONS.at(-1) ?? '',
): Promise<{ status: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const locations = LOCATIONS.flatMap(location => ['-schema-location', location]);
    const child = spawn(PROGRAM, ['-strict', '-summary', '-kubernetes-version', version, ...locations]);
    let output = '';
    child.stdout.on('data', (part: Buffer) => (output += part.toString()));
    child.stderr.on('data', (part: Buffer) => (output += part.toString()));
    child.once('error', reject);
    child.once('close', status => resolve({ status, output }));
    child.stdin.end(text);
  });
}
