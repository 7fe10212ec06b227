import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const step = z.looseObject({
  uses: z.string().optional(),
  run: z.string().optional(),
  if: z.string().optional(),
  with: z.record(z.string(), z.unknown()).default({}),
});
const permissions = z.union([z.record(z.string(), z.string()), z.string()]).optional();
const job = z.looseObject({
  permissions,
  needs: z.union([z.string().transform(name => [name]), z.array(z.string())]).default([]),
  environment: z.string().optional(),
  uses: z.string().optional(),
  with: z.record(z.string(), z.unknown()).default({}),
  env: z.record(z.string(), z.string()).default({}),
  strategy: z
    .object({ matrix: z.object({ include: z.array(z.object({ targets: z.string() })) }) })
    .optional(),
  steps: z.array(step).default([]),
});
const workflow = z.looseObject({ permissions, jobs: z.record(z.string(), job) });
export type Workflow = z.infer<typeof workflow> & { readonly file: string; readonly text: string };

/** Those parts of GitHub's workflows that our rules speak of; actionlint reads all of it. */
export function readWorkflows(directory: string): Workflow[] {
  return readdirSync(directory).map(file => {
    const text = readFileSync(join(directory, file), 'utf8');
    return { ...workflow.parse(parse(text)), file, text };
  });
}

/** The make commands of a job, those of its matrix written out. */
export function makeCommands(one: Workflow['jobs'][string]): string[] {
  const variants = one.strategy?.matrix.include.map(({ targets }) => targets) ?? [''];
  const commands = variants.flatMap(targets =>
    one.steps.flatMap(({ run }) => run?.replaceAll('${{ matrix.targets }}', targets).split('\n') ?? []),
  );
  return [...new Set(commands.map(line => line.trim()).filter(line => line.startsWith('make ')))];
}
