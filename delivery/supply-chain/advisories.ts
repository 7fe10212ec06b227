import { z } from 'zod';
import type { Policy } from './policy.ts';

/** What `pnpm audit --json` prints of each advisory; by number, or by name of the package. */
const auditReport = z.object({
  advisories: z
    .record(
      z.string(),
      z.object({
        module_name: z.string(),
        severity: z.string(),
        title: z.string(),
        url: z.string().optional(),
      }),
    )
    .default({}),
});

export type Advisories =
  | { readonly kind: 'asked'; readonly found: readonly string[] }
  /** The registry keeps no advisories (a mirror, for example), so nobody can know from it. */
  | { readonly kind: 'not kept'; readonly answer: string };

/** @throws Error when the answer is neither a report nor the refusal of a registry */
export function readAudit(output: string): Advisories {
  const refusal =
    /ERR_PNPM_AUDIT_(?:BAD_RESPONSE|ENDPOINT_NOT_EXISTS)[\s\S]*?(?:responded with (\d+)|$)/.exec(output);
  if (refusal) return { kind: 'not kept', answer: refusal[1] ?? 'no such address' };
  const start = output.indexOf('{');
  if (start < 0) throw new Error(`pnpm audit said: ${output.slice(0, 300)}`);
  const { advisories } = auditReport.parse(JSON.parse(output.slice(start)));
  return {
    kind: 'asked',
    found: Object.values(advisories).map(
      ({ module_name, severity, title, url }) =>
        `${module_name}: ${severity}: ${title}${url ? ` ${url}` : ''}`,
    ),
  };
}

const lockfile = z.object({
  packages: z.record(z.string(), z.looseObject({ deprecated: z.string().optional() })),
});

/** Packages that their authors have withdrawn, as the lockfile notes it. @returns a line for each without a reason */
export function judgeDeprecated(lock: unknown, policy: Policy): string[] {
  return Object.entries(lockfile.parse(lock).packages)
    .filter(([, { deprecated }]) => deprecated !== undefined)
    .filter(([key]) => !Object.keys(policy.deprecated).some(name => key.startsWith(`${name}@`)))
    .map(([key, { deprecated }]) => `${key}: ${deprecated}`);
}
