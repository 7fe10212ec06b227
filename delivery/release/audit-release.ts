import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { contextOf, type Installation, release } from './environments.ts';
import type { ReleaseFile } from './release-file.ts';
import type { RunProgram } from './run-program.ts';

const CRON_JOB = 'suffrage-audit';
const jobStatus = z.object({
  status: z.object({ succeeded: z.number().default(0), failed: z.number().default(0) }),
});

/**
 * Holds the whole log of an installation against its databases, by a job of the cluster made from the audit's cron job.
 * @throws Error when the audit has a finding, cannot be run, or takes longer than `deadlineMillis`
 */
export async function auditRelease(
  run: RunProgram,
  { commit }: ReleaseFile,
  installation: Installation,
  { pollMillis, deadlineMillis, now }: { pollMillis: number; deadlineMillis: number; now: () => number },
): Promise<void> {
  const begun = now();
  const place = ['--context', contextOf(installation), '--namespace', release.namespace];
  const job = `audit-${commit.slice(0, 12)}-${begun}`;
  await run('kubectl', [...place, 'create', 'job', job, `--from=cronjob/${CRON_JOB}`]);
  for (;;) {
    const answer = await run('kubectl', [...place, 'get', 'job', job, '--output', 'json']);
    const { succeeded, failed } = jobStatus.parse(JSON.parse(answer)).status;
    if (succeeded + failed > 0) {
      await run('kubectl', [...place, 'logs', `job/${job}`, '--tail=50'], { showsOutput: true });
      if (failed > 0) throw new Error(`the audit does not balance: see the log of job ${job}`);
      return;
    }
    if (now() - begun > deadlineMillis) throw new Error(`the audit did not end in time: look at job ${job}`);
    await wait(pollMillis);
  }
}
