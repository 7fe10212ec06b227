export type AuditProgress = {
  readonly stage:
    | 'waiting for the processor'
    | 'reading the journals'
    | 'reading the log'
    | 'reading the databases'
    | 'judging';
  /** Records, or rows; `total` is not known for rows. */
  readonly done: number;
  readonly total?: number;
};

export type OnProgress = (progress: AuditProgress) => void;

const REDRAW_MILLIS = 100;
const BAR_CELLS = 30;

/** Shows where the audit is, in one line that is drawn over and over; silent where nobody watches. */
export function showProgress(stream: NodeJS.WriteStream): {
  readonly onProgress: (progress: AuditProgress) => void;
  readonly clear: () => void;
} {
  if (!stream.isTTY) return { onProgress: () => undefined, clear: () => undefined };
  let drawnAt = 0;
  return {
    onProgress: progress => {
      if (performance.now() - drawnAt < REDRAW_MILLIS && progress.done !== progress.total) return;
      drawnAt = performance.now();
      stream.write(`\r\u001B[K${progressLine(progress)}`);
    },
    clear: () => void stream.write('\r\u001B[K'),
  };
}

export function progressLine({ stage, done, total }: AuditProgress): string {
  const amount = done.toLocaleString('en-US');
  if (total === undefined) return `${stage}: ${amount}`;
  const share = total === 0 ? 1 : done / total;
  const bar = '#'.repeat(Math.floor(share * BAR_CELLS)).padEnd(BAR_CELLS, '.');
  return `${stage} [${bar}] ${amount} of ${total.toLocaleString('en-US')}`;
}
