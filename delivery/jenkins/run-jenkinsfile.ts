import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { programs, repositoryDirectory } from '@suffrage/stack/paths';
import { z } from 'zod';

/** `fail`: shell commands that fail; `approve`: what the person who is asked says; `infrastructure`: what who started it chose. */
export type Scenario = {
  readonly file: string;
  readonly branch: string;
  readonly fail: readonly string[];
  readonly approve: boolean;
  readonly infrastructure?: string;
};

const event = z.discriminatedUnion('event', [
  z.object({ event: z.literal('begin') }),
  z.object({ event: z.literal('stage'), name: z.string() }),
  z.object({ event: z.literal('agent'), where: z.string(), label: z.string() }),
  z.object({ event: z.literal('sh'), stage: z.string(), command: z.string() }),
  z.object({ event: z.enum(['stash', 'unstash']), stage: z.string(), name: z.string() }),
  z.object({ event: z.literal('input'), stage: z.string(), submitter: z.string().nullable() }),
  z.object({ event: z.literal('refused'), message: z.string() }),
  z.object({ event: z.literal('end'), result: z.string() }),
]);
export type JenkinsEvent = z.infer<typeof event>;

/** Runs each scenario by Groovy (`tools/setup/setup.sh groovy`), all in one process. @returns what happened in each */
export function runJenkinsfile(scenarios: readonly Scenario[]): JenkinsEvent[][] {
  const output = execFileSync(
    programs.java,
    [
      '-XX:TieredStopAtLevel=1',
      '-cp',
      join(repositoryDirectory, '.tools/groovy/*'),
      'groovy.ui.GroovyMain',
      join(import.meta.dirname, 'run.groovy'),
      JSON.stringify(scenarios),
    ],
    { encoding: 'utf8', timeout: 120_000 },
  );
  const runs: JenkinsEvent[][] = [];
  for (const line of output.trim().split('\n')) {
    const one = event.parse(JSON.parse(line));
    if (one.event === 'begin') runs.push([]);
    else runs.at(-1)?.push(one);
  }
  return runs;
}
