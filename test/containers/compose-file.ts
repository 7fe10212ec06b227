import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

export const ROOT = join(import.meta.dirname, '../..');

/** What a plain list of names means. */
const STARTED = { condition: 'service_started' };

const service = z.looseObject({
  image: z.string().optional(),
  user: z.string().optional(),
  read_only: z.boolean().optional(),
  cap_drop: z.array(z.string()).optional(),
  profiles: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.union([z.string(), z.number(), z.null()])).default({}),
  volumes: z.array(z.string()).default([]),
  depends_on: z
    .union([
      z.array(z.string()).transform(names => Object.fromEntries(names.map(name => [name, STARTED]))),
      z.record(z.string(), z.looseObject({ condition: z.string() })),
    ])
    .default({}),
  deploy: z.looseObject({ resources: z.looseObject({ limits: z.looseObject({}) }) }).optional(),
  networks: z.unknown().optional(),
  ports: z.unknown().optional(),
  network_mode: z.string().optional(),
});
const compose = z.looseObject({
  services: z.record(z.string(), service),
  volumes: z.record(z.string(), z.unknown()).default({}),
  networks: z.unknown().optional(),
});
export type ComposeFile = z.infer<typeof compose>;

export function readCompose(file: string): ComposeFile {
  return compose.parse(parse(readFileSync(join(ROOT, file), 'utf8'), { merge: true }));
}

/**
 * The same suite for an engine that has no network of its own (`dockerd --bridge=none`): every container is on the machine's,
 * where the services' names lead to loopback. Nothing else is changed, which is why each port is used by one of them alone.
 * What needs images that only registries have is left out.
 */
export function onOneNetwork({ services, volumes }: ComposeFile): object {
  const chosen = Object.entries(services).filter(([, { profiles }]) => !profiles.includes('observe'));
  // Java looks up the machine's own name.
  const hosts = [...chosen.map(([name]) => name), hostname()].map(name => `${name}:127.0.0.1`);
  const moved = chosen.map(([name, { networks: _of, ports: _published, profiles, ...own }]) => [
    name,
    // docker-compose 1.29 starts nothing that has a list without profiles.
    { ...own, ...(profiles.length > 0 ? { profiles } : {}), network_mode: 'host', extra_hosts: hosts },
  ]);
  return { version: '3.9', volumes, services: Object.fromEntries(moved) };
}
