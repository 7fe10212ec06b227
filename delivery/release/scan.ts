import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import type { ReleaseFile } from './release-file.ts';
import type { RunProgram } from './run-program.ts';

const answer = z.object({
  imageScanStatus: z.object({ status: z.string(), description: z.string().default('') }),
  imageScanFindings: z
    .object({
      imageScanCompletedAt: z.union([z.string(), z.number()]).optional(),
      findingSeverityCounts: z.record(z.string(), z.number()).optional(),
    })
    .default({}),
});
type Answer = z.infer<typeof answer>;

const REFUSED = ['CRITICAL', 'HIGH'];
/** `ACTIVE`: of a scan that goes on for ever (Inspector's); `aws ecr wait` knows `COMPLETE` alone and would give up on it. */
const ENDED = new Set(['COMPLETE', 'ACTIVE']);
const WILL_COME = new Set(['PENDING', 'IN_PROGRESS']);

export type ScanOptions = {
  readonly region: string;
  readonly pollMillis: number;
  /** For the scan of each image. */
  readonly deadlineMillis: number;
  /**
   * For so long a registry may refuse to answer (an image that has just arrived is unknown to the scan), and may call a scan
   * ended that has neither a date nor findings yet (aws/aws-sdk#289); after that the first is an error, the second is believed.
   */
  readonly patienceMillis: number;
  readonly now: () => number;
};

/**
 * Waits for ECR's own scan of each image. @returns a line for each image with findings that stop a release
 * @throws Error where an image can't be scanned, or its scan does not end in time: what nobody has looked at is not released
 */
export async function scan(
  run: RunProgram,
  { images }: ReleaseFile,
  options: ScanOptions,
): Promise<string[]> {
  const refused: string[] = [];
  for (const { name, repository, digest } of images) {
    const ask = () =>
      run('aws', [
        'ecr',
        'describe-image-scan-findings',
        '--region',
        options.region,
        '--repository-name',
        repository.slice(repository.indexOf('/') + 1),
        '--image-id',
        `imageDigest=${digest}`,
        '--output',
        'json',
      ]);
    const counts = await countsOf(name, ask, options);
    const found = REFUSED.filter(severity => (counts[severity] ?? 0) > 0);
    if (found.length > 0)
      refused.push(`${name}: ${found.map(severity => `${counts[severity]} ${severity}`).join(', ')}`);
  }
  return refused;
}

async function countsOf(
  name: string,
  ask: () => Promise<string>,
  { pollMillis, deadlineMillis, patienceMillis, now }: ScanOptions,
): Promise<Record<string, number>> {
  const begun = now();
  let ended: number | undefined;
  for (;;) {
    const said = await asked(ask, now() - begun < patienceMillis);
    const status = said?.imageScanStatus.status;
    if (said && status !== undefined && ENDED.has(status)) {
      ended ??= now();
      if (isWhole(said) || now() - ended >= patienceMillis)
        return said.imageScanFindings.findingSeverityCounts ?? {};
    } else if (said && status !== undefined && !WILL_COME.has(status))
      throw new Error(`${name} was not scanned: ${status}, ${said.imageScanStatus.description}`);
    if (now() - begun > deadlineMillis)
      throw new Error(`the scan of ${name} has not ended in time: ${status ?? 'the registry knows none'}`);
    await wait(pollMillis);
  }
}

async function asked(ask: () => Promise<string>, isPatient: boolean): Promise<Answer | undefined> {
  try {
    return answer.parse(JSON.parse(await ask()));
  } catch (error) {
    if (isPatient) return undefined;
    throw error;
  }
}

function isWhole({ imageScanFindings: { imageScanCompletedAt, findingSeverityCounts } }: Answer): boolean {
  return imageScanCompletedAt !== undefined || Object.keys(findingSeverityCounts ?? {}).length > 0;
}
