import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Environment } from '@marcbachmann/cel-js';
import { expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { readSingleObjectRules } from './generate/rules.ts';
import { changed, readCases } from './tests/cases.ts';

type ResourceRule = { readonly apiGroups: readonly string[]; readonly resources: readonly string[] };
type ValidatingPolicy = {
  readonly metadata: { readonly name: string; readonly annotations: { readonly 'suffrage/rule': string } };
  readonly spec: {
    readonly matchConstraints: { readonly resourceRules: readonly ResourceRule[] };
    readonly variables?: readonly { readonly name: string; readonly expression: string }[];
    readonly validations: readonly { readonly expression: string; readonly message: string }[];
  };
};

/** Rules that need what CEL or an admission request doesn't have; Gatekeeper or conftest hold to them. */
const WITHOUT_COPY = ['graceful_stop', 'brokers', 'databases', 'topic_settings'];

const directory = join(import.meta.dirname, 'kyverno');
const LIST = 'kustomization.yaml';
const read = (file: string) => parseAllDocuments(readFileSync(join(directory, file), 'utf8'));
const listed: readonly string[] = read(LIST)[0]?.toJS().resources;
const policies = listed.flatMap(file => read(file).map((document): ValidatingPolicy => document.toJS()));

type Manifest = { readonly apiVersion: string; readonly kind: string };

function matches({ spec }: ValidatingPolicy, { apiVersion, kind }: Manifest): boolean {
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
  return spec.matchConstraints.resourceRules.some(
    ({ apiGroups, resources }) =>
      apiGroups.includes(group ?? '') && resources.includes(`${kind.toLowerCase()}s`),
  );
}

/** Whole numbers are such in CEL. */
function asInCluster(object: object): unknown {
  return JSON.parse(JSON.stringify(object), (_, value) => (Number.isInteger(value) ? BigInt(value) : value));
}

/** What a policy has against an object, as Kyverno would say it. */
function refusals({ spec }: ValidatingPolicy, object: Manifest): string[] {
  const environment = new Environment({ unlistedVariablesAreDyn: true, enableOptionalTypes: true });
  const variables: Record<string, unknown> = {};
  for (const { name, expression } of spec.variables ?? [])
    variables[name] = environment.evaluate(expression, { object, variables });
  return spec.validations
    .filter(({ expression }) => environment.evaluate(expression, { object, variables }) !== true)
    .map(({ message }) => message);
}

const ruleOf = ({ metadata }: ValidatingPolicy) => metadata.annotations['suffrage/rule'];
const cases = readCases().filter(({ rule }) => policies.some(policy => ruleOf(policy) === rule));
/** Who has filled a Secret, a cluster can't tell. */
const NOT_IN_A_CLUSTER = 'a Secret with its content';

test.each(cases)('$rule: $name', one => {
  const object = asInCluster(changed(one)) as Manifest;
  const said = policies
    .filter(policy => ruleOf(policy) === one.rule && matches(policy, object))
    .flatMap(policy => refusals(policy, object));
  const isRefused = one.says !== undefined && one.name !== NOT_IN_A_CLUSTER;
  expect([one.rule, one.name, said.length > 0, said]).toEqual([one.rule, one.name, isRefused, said]);
});

test('what a cluster is given is every file', () => {
  expect(listed).toEqual(
    readdirSync(directory)
      .filter(file => file !== LIST)
      .toSorted(),
  );
});

test('every rule that looks at one object is here too, but for those that need more than CEL', () => {
  const rules = readSingleObjectRules().filter(rule => rule.refusals > 0);
  const here = new Set([...policies.map(ruleOf), ...WITHOUT_COPY]);
  expect(rules.map(({ name }) => name).toSorted()).toEqual([...here].toSorted());
});
