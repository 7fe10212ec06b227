import { readFileSync } from 'node:fs';
import { z } from 'zod';

const planFile = z.object({
  resource_changes: z.array(
    z.object({
      address: z.string(),
      module_address: z.string().default(''),
      mode: z.enum(['managed', 'data', 'ephemeral']),
      type: z.string(),
      index: z.union([z.string(), z.number()]).optional(),
      change: z.object({ after: z.record(z.string(), z.unknown()).nullable() }),
    }),
  ),
});

/** A resource that is there once the plan is applied. */
export type Planned = {
  readonly address: string;
  /** Address of the module that it stands in. */
  readonly module: string;
  /** Of `for_each` or `count`. */
  readonly key: string | number | undefined;
  readonly type: string;
  /** Arguments; what is known only after the apply is missing, or null. */
  readonly values: Readonly<Record<string, unknown>>;
};

/**
 * What `tofu show -json` says of a plan: what it creates, changes and leaves as it is.
 * @throws Error when the file is not there, or is no plan.
 */
export function readPlan(file: string): Planned[] {
  const read = planFile.safeParse(parsed(file));
  if (!read.success) throw new Error(`${file} is no plan: make one with tofu show -json tfplan >${file}`);
  return read.data.resource_changes.flatMap(
    ({ address, module_address: module, mode, type, index: key, change }) =>
      mode === 'managed' && change.after !== null
        ? [{ address, module, key, type, values: change.after }]
        : [],
  );
}

function parsed(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new Error(`there is no ${file}: run make infra-check first, which plans every environment`);
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
