import { z } from 'zod';

/**
 * What a processor tells on the progress channel after a commit. `acceptedAt`: when the oldest vote of the batch that
 * was counted was appended, milliseconds since 1970. `traceparent`: of a traced vote in it, never of a secret election.
 */
const noticeSchema = z.object({
  acceptedAt: z.number().int().positive().optional(),
  traceparent: z.string().max(55).optional(),
});
export type ProgressNotice = Readonly<z.infer<typeof noticeSchema>>;

export const encodeProgressNotice = (notice: ProgressNotice): string => JSON.stringify(notice);

/** Never throws: older versions told nothing but that there was something to tell. */
export function readProgressNotice(text: string): ProgressNotice {
  try {
    return noticeSchema.safeParse(JSON.parse(text)).data ?? {};
  } catch {
    return {};
  }
}
