import type { ProgressNotice } from '@suffrage/contracts/progress-notice';

/** What processors have told and no published snapshot has shown yet. */
export type Notices = {
  add(notice: ProgressNotice): void;
  /** All of them, and forgets them. */
  take(): readonly ProgressNotice[];
  /** They were not published after all. */
  putBack(notices: readonly ProgressNotice[]): void;
};

/** Some seconds of notices; later ones are left out of the measurement while nothing can be published. */
const MOST = 1_000;

export function createNotices(): Notices {
  let kept: ProgressNotice[] = [];
  return {
    add(notice) {
      if (kept.length < MOST) kept.push(notice);
    },
    take() {
      const taken = kept;
      kept = [];
      return taken;
    },
    putBack(notices) {
      kept = [...notices, ...kept].slice(0, MOST);
    },
  };
}
