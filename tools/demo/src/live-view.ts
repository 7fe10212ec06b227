import type { Snapshot } from '@suffrage/contracts/results';
import type { BallotFile } from './ballots.ts';
import { FIRST } from './draft.ts';
import { bar, count, openPanel } from './terminal.ts';

const REDRAW_MILLIS = 250;
const NAME_CELLS = 32;

/**
 * Shows how far the casting is and what the aggregator publishes meanwhile. `accepted` is told by the receipts,
 * everything else by the newest snapshot.
 */
export function showLive(
  file: BallotFile,
  progress: () => { readonly accepted: number },
  newest: () => Promise<Snapshot | undefined>,
): { stop(): Promise<void> } {
  const panel = openPanel(process.stdout);
  const total = file.ballots.length;
  let stopped = false;

  const draw = async () => {
    const snapshot = await newest();
    const { accepted } = progress();
    const counted = snapshot?.counted ?? 0;
    const head = [
      `  cast     ${bar(accepted / total)} ${count(accepted)} of ${count(total)}`,
      `  counted  ${bar(counted / total)} ${count(counted)}  (snapshot ${count(snapshot?.version ?? 0)})`,
      '',
    ];
    panel.draw(
      [...head, ...firstPreferences(file, snapshot)],
      `  cast ${count(accepted)}, counted ${count(counted)}`,
    );
  };
  const loop = async () => {
    while (!stopped) {
      await draw();
      await new Promise(resolve => setTimeout(resolve, REDRAW_MILLIS));
    }
    await draw();
    panel.end();
  };
  const running = loop();
  return {
    async stop() {
      stopped = true;
      await running;
    },
  };
}

function firstPreferences({ candidates }: BallotFile, snapshot: Snapshot | undefined): string[] {
  const options = snapshot?.contests?.find(({ id }) => id === FIRST)?.options ?? [];
  const votes = new Map(options.map(option => [option.id, option.votes]));
  const most = Math.max(1, ...votes.values());
  return candidates.map(({ id, name }) => {
    const own = votes.get(id) ?? 0;
    return `  ${name.slice(0, NAME_CELLS).padEnd(NAME_CELLS)} ${bar(own / most, 24)} ${count(own).padStart(6)}`;
  });
}
