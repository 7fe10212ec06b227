import { z } from 'zod';
import type { Policy } from './policy.ts';

/** What `pnpm licenses list --json` prints: packages by licence. */
export const licenceList = z.record(
  z.string(),
  z.array(z.object({ name: z.string(), versions: z.array(z.string()) })),
);
export type LicenceList = z.infer<typeof licenceList>;

/** @returns a line for each package that the policy does not allow, and for each exception that nobody needs any more */
export function judgeLicences(list: LicenceList, policy: Policy): string[] {
  const refused = Object.entries(list)
    .filter(([licence]) => !isAllowed(licence, policy.licences))
    .flatMap(([licence, packages]) => packages.map(({ name, versions }) => ({ licence, name, versions })));
  const excused = new Set(Object.keys(policy.licencesOf));
  return [
    ...refused
      .filter(({ name }) => !excused.has(name))
      .map(({ licence, name, versions }) => `${name} ${versions.join(', ')}: ${licence}`),
    ...[...excused]
      .filter(name => !refused.some(one => one.name === name))
      .map(name => `${name}: has an exception that it does not need`),
  ];
}

/** An SPDX expression of one level: every part of AND, one part of OR. Anything deeper is for a person to read. */
function isAllowed(expression: string, allowed: readonly string[]): boolean {
  const plain = expression.replaceAll(/^\(|\)$/g, '');
  if (/[()]/.test(plain) || (plain.includes(' AND ') && plain.includes(' OR '))) return false;
  if (plain.includes(' OR ')) return plain.split(' OR ').some(one => allowed.includes(one));
  return plain.split(' AND ').every(one => allowed.includes(one));
}
