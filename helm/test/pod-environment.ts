import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Container, Manifest, PodSpec } from './manifest.ts';
import { find } from './manifest.ts';

/** The variables that a container starts with: those of its ConfigMaps, then its own. */
export function environmentOf(container: Container, all: readonly Manifest[]): Record<string, string> {
  const shared = container.envFrom.map(
    ({ configMapRef }) => find(all, 'ConfigMap', configMapRef.name).data ?? {},
  );
  const own = Object.fromEntries(container.env.map(({ name, value }) => [name, value]));
  return Object.assign({}, ...shared, own);
}

/** Paths of all files that a container finds in Secrets and ConfigMaps; of a Secret of unknown content those of a certificate. */
export function filesOf(container: Container, pod: PodSpec, all: readonly Manifest[]): string[] {
  return container.volumeMounts.flatMap(({ name, mountPath }) => {
    const volume = pod.volumes.find(one => one.name === name);
    // Of a StatefulSet's claim, which its pods get a volume for.
    if (name === 'queue') return [];
    if (!volume) throw new Error(`${container.name}: there is no volume ${name}`);
    const inside = [
      ...(volume.projected?.sources ?? []).flatMap(({ secret }) => secret.items.map(({ path }) => path)),
      ...(volume.secret ? ['ca.crt', 'tls.crt', 'tls.key'] : []),
      ...(volume.configMap ? keysOf(volume.configMap.name, all) : []),
    ];
    return inside.map(file => join(mountPath, file));
  });
}

/** Of ConfigMaps that others make: those that publicKeys.configMap asks for. */
function keysOf(name: string, all: readonly Manifest[]): string[] {
  const found = all.find(one => one.kind === 'ConfigMap' && one.metadata.name === name);
  return found ? Object.keys(found.data ?? {}) : ['receipt-public-keys.pem', 'results-public-keys.pem'];
}

/** Writes the files below `directory`, and gives the variables with their paths there. */
export function placeFiles(
  environment: Readonly<Record<string, string>>,
  files: readonly string[],
  directory: string,
  contentOf: (file: string) => string,
): Record<string, string> {
  for (const file of files) {
    const path = join(directory, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, contentOf(file));
  }
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      files.includes(value) ? join(directory, value) : value,
    ]),
  );
}
