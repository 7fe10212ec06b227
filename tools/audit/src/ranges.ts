/** Offsets `start` (the log's start) to `end - 1` (`end` is the high watermark) of one partition. */
export type PartitionRange = { readonly partition: number; readonly start: number; readonly end: number };
