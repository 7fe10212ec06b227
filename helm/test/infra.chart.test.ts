import { beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { find, type Manifest } from './manifest.ts';
import { kustomize, readManifests, render } from './render.ts';

const issuerRef = z.object({ kind: z.string(), name: z.string() });
const certificate = z.looseObject({ issuerRef, secretName: z.string() });
const ofKind = (all: readonly Manifest[], kind: string) => all.filter(one => one.kind === kind);

describe.each(['dev', 'staging', 'production'] as const)('what %s has before the chart', name => {
  let infra: Manifest[];
  let chart: Manifest[];
  beforeAll(async () => {
    infra = readManifests(await kustomize(`gitops/infra/${name}`));
    chart = await render(name);
  });

  test('the policies look at its namespaces, for what the chart says it is', () => {
    const [environment] = new Set(
      ofKind(chart, 'ConfigMap').flatMap(({ data }) => data?.SUFFRAGE_ENVIRONMENT ?? []),
    );
    expect(environment).toMatch(/^(production|development)$/);
    for (const namespace of ['apps', 'infra'])
      expect(find(infra, 'Namespace', namespace).metadata.labels['suffrage/environment']).toBe(environment);
    const policies = ofKind(infra, 'ValidatingPolicy').map(({ spec }) => JSON.stringify(spec));
    expect(policies.length).toBeGreaterThan(8);
    for (const policy of policies) expect(policy).toContain('"suffrage/environment"');
  });

  test('the authority of its certificates is there, by the name that the chart asks for', () => {
    const certificates = ofKind(chart, 'Certificate').map(({ spec }) => certificate.parse(spec));
    for (const asked of certificates)
      expect(find(infra, asked.issuerRef.kind, asked.issuerRef.name).spec).toEqual({
        ca: { secretName: 'suffrage-ca' },
      });
    expect(certificates).not.toHaveLength(0);
    const authority = certificate.parse(find(infra, 'Certificate', 'suffrage-ca').spec);
    expect(authority.secretName).toBe('suffrage-ca');
    expect(find(infra, 'Issuer', authority.issuerRef.name).spec).toEqual({ selfSigned: {} });
  });
});
