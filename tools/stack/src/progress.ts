/** Tells a person what a start is doing. `begin` answers the function to call when that is done. */
export interface Progress {
  begin(what: string): (outcome: string) => void;
}

export const silentProgress: Progress = { begin: () => () => {} };

const REMINDER_MS = 5_000;

/** One line when something is done, with its time; and every 5 s, one line that names what is still under way. */
export function printedProgress(write: (line: string) => void): Progress & { end(): void } {
  const underWay = new Map<string, number>();
  const timer = setInterval(() => {
    if (underWay.size === 0) return;
    const parts = [...underWay].map(([what, began]) => `${what} (${seconds(began)})`);
    write(`  still waiting for ${parts.join(', ')}`);
  }, REMINDER_MS);
  timer.unref();
  return {
    begin: what => {
      const began = performance.now();
      underWay.set(what, began);
      return outcome => {
        underWay.delete(what);
        write(`  ${what} ${outcome} (${seconds(began)})`);
      };
    },
    end: () => clearInterval(timer),
  };
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
