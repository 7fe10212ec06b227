import type { Change, Variables } from './run-tofu.ts';

/** What happens to production, in the words of docs/operate-aws.md, and what a plan for it may and must change. */
export type Case = {
  readonly name: string;
  readonly variables: Variables;
  /** Types that change, with the action; nothing else may. */
  readonly changes: Readonly<Record<string, 'create' | 'update' | 'delete'>>;
  /** The addresses that change, exactly, where they are few. */
  readonly addresses?: readonly string[];
  /** What these addresses will be, as far as it is said here: of a list, elements that are in it. */
  readonly planned?: Readonly<Record<string, unknown>>;
  /** Becomes part of what later cases build on. */
  readonly applied?: true;
  /** The plan is left as NAME.json, which the policies are held against, too. */
  readonly kept?: string;
};

/** Whether all that is `expected` is in what is `found`. */
function isIn(expected: unknown, found: unknown): boolean {
  if (Array.isArray(expected))
    return Array.isArray(found) && expected.every(one => found.some(other => isIn(one, other)));
  if (typeof expected !== 'object' || expected === null) return expected === found;
  return (
    typeof found === 'object' &&
    found !== null &&
    Object.entries(expected).every(([key, value]) =>
      isIn(value, Object.entries(found).find(([name]) => name === key)?.[1]),
    )
  );
}

/** What of the plan is not as the case says, one sentence each. */
export function complaints(expected: Case, found: readonly Change[]): string[] {
  const wrong = found
    .filter(({ type, actions }) => actions.length !== 1 || actions[0] !== expected.changes[type])
    .map(({ address, actions }) => `${address}: ${actions.join(', ')}`);
  const missing = Object.entries(expected.changes)
    .filter(([type]) => !found.some(change => change.type === type))
    .map(([type, action]) => `no ${type}: ${action}`);
  const addresses = found.map(({ address }) => address).toSorted();
  const wanted = expected.addresses?.toSorted();
  const other = wanted && wanted.join() !== addresses.join() ? [`changed: ${addresses.join(', ')}`] : [];
  const unlike = Object.entries(expected.planned ?? {})
    .filter(([address, planned]) => !isIn(planned, found.find(change => change.address === address)?.after))
    .map(([address, planned]) => `${address}: not planned as ${JSON.stringify(planned)}`);
  return [...wrong, ...missing, ...other, ...unlike];
}
