const REDRAW_MILLIS = 100;
const QUIET_MILLIS = 5_000;
const BAR_CELLS = 30;

/** How far a long task is: one line that is drawn over and over; where nobody watches, a line every 5 s. */
export function showCount(
  stream: NodeJS.WriteStream,
  what: string,
): { readonly update: (done: number, total: number) => void; readonly clear: () => void } {
  let shownAt = performance.now();
  return {
    update: (done, total) => {
      if (performance.now() - shownAt < (stream.isTTY ? REDRAW_MILLIS : QUIET_MILLIS)) return;
      shownAt = performance.now();
      const line = progressLine(what, done, total);
      stream.write(stream.isTTY ? `\r\u001B[K${line}` : `${line}\n`);
    },
    clear: () => void (stream.isTTY && stream.write('\r\u001B[K')),
  };
}

/** `signing votes [###...] 12,000 of 200,000`. */
function progressLine(what: string, done: number, total: number): string {
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const bar = '#'.repeat(Math.floor(share * BAR_CELLS)).padEnd(BAR_CELLS, '.');
  return `${what} [${bar}] ${done.toLocaleString('en-US')} of ${total.toLocaleString('en-US')}`;
}
