import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { defaultPlaces } from '@suffrage/stack/services';
import { parseAllDocuments } from 'yaml';
import { POLICIES } from './generate/rules.ts';

const file = readFileSync(join(POLICIES, '../deploy/istio/suffrage.yaml'), 'utf8');
const manifests = parseAllDocuments(file).map(document => document.toJS());
const places = defaultPlaces({ registrar: 1, ingestion: 1, processor: 1, aggregator: 1, web: 1 });
type Rule = { readonly to: readonly { readonly operation: { readonly ports: readonly string[] } }[] };
const policy = (name: string) =>
  manifests.find(
    ({ kind, metadata }) => kind === 'AuthorizationPolicy' && metadata.name === `suffrage-${name}`,
  );
const portsOf = (name: string): string[] =>
  policy(name).spec.rules.flatMap((rule: Rule) => rule.to.flatMap(to => to.operation.ports));

test('to begin with nobody may call anything', () => {
  expect(policy('nobody').spec.rules).toBeUndefined();
});

test('each service is called on its own ports, by callers with a name', () => {
  for (const { kind, ports } of places.filter(place => place.kind !== 'processor')) {
    const serving = Object.entries(ports).filter(([name]) => name !== 'metrics');
    expect(portsOf(kind).toSorted()).toEqual(serving.map(([, port]) => String(port)).toSorted());
    for (const rule of policy(kind).spec.rules)
      expect(rule.from[0].source.principals.length).toBeGreaterThan(0);
  }
  expect(policy('processor')).toBeUndefined();
});

test('metrics of all can be read, and nothing else of their ports', () => {
  for (const { ports } of places) expect(portsOf('metrics')).toContain(String(ports.metrics));
  const [{ to }] = policy('metrics').spec.rules;
  expect(to[0].operation.paths).toEqual(['/metrics']);
});
