import { z } from 'zod';
import type { ReleaseFile } from './release-file.ts';
import type { RunProgram } from './run-program.ts';

const findings = z.object({
  imageScanFindings: z.object({ findingSeverityCounts: z.record(z.string(), z.number()).default({}) }),
});
const REFUSED = ['CRITICAL', 'HIGH'];

/** Waits for ECR's own scan of each image. @returns a line for each image with findings that stop a release */
export async function scan(run: RunProgram, { images }: ReleaseFile, region: string): Promise<string[]> {
  const refused: string[] = [];
  for (const { name, repository, digest } of images) {
    const image = [
      '--region',
      region,
      '--repository-name',
      repository.slice(repository.indexOf('/') + 1),
      '--image-id',
      `imageDigest=${digest}`,
    ];
    await run('aws', ['ecr', 'wait', 'image-scan-complete', ...image]);
    const answer = await run('aws', ['ecr', 'describe-image-scan-findings', ...image, '--output', 'json']);
    const counts = findings.parse(JSON.parse(answer)).imageScanFindings.findingSeverityCounts;
    const found = REFUSED.filter(severity => (counts[severity] ?? 0) > 0);
    if (found.length > 0)
      refused.push(`${name}: ${found.map(severity => `${counts[severity]} ${severity}`).join(', ')}`);
  }
  return refused;
}
