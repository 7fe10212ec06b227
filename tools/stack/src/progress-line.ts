const REDRAW_MILLIS = 100;
const BAR_CELLS = 30;

/** Where a long task shows how far it is. */
export type ProgressLine = {
  /** Drawn only when the last one has been seen for a while. */
  show(line: string): void;
  clear(): void;
};

/** One line that is drawn over and over; where nobody watches, a line every `quietMillis`. */
export function openProgress(stream: NodeJS.WriteStream, quietMillis = 5_000): ProgressLine {
  const pause = stream.isTTY ? REDRAW_MILLIS : quietMillis;
  let shownAt = performance.now();
  return {
    show(line) {
      if (performance.now() - shownAt < pause) return;
      shownAt = performance.now();
      stream.write(stream.isTTY ? `\r\u001B[K${line}` : `${line}\n`);
    },
    clear: () => void (stream.isTTY && stream.write('\r\u001B[K')),
  };
}

/** `signing votes [###...] 12,000 of 200,000`. */
export function progressBar(what: string, done: number, total: number): string {
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const bar = '#'.repeat(Math.floor(share * BAR_CELLS)).padEnd(BAR_CELLS, '.');
  return `${what} [${bar}] ${done.toLocaleString('en-US')} of ${total.toLocaleString('en-US')}`;
}
