import { spawnSync } from 'node:child_process';
import { chownSync, readFileSync } from 'node:fs';
import { effectiveCapabilities } from './proc.ts';

/** Another user for a process that refuses to be root. */
export interface RunAs {
  readonly uid: number;
  readonly gid: number;
  /** A capability (setpriv's name for it) that the process keeps although its user is not root. */
  readonly capability?: string;
}

/** Arguments of setpriv(1) that turn root into `runAs`; the process keeps its pid. */
export function setprivArguments(runAs: RunAs): string[] {
  const { uid, gid, capability } = runAs;
  return [
    `--reuid=${uid}`,
    `--regid=${gid}`,
    '--clear-groups',
    ...(capability === undefined ? [] : keepCapability(capability)),
  ];
}

/**
 * An ambient capability survives exec. The secure bit is for access(2), with which PostgreSQL's programs look at each other:
 * without it the kernel leaves the capabilities of anybody but root out of that answer (and of no other).
 */
function keepCapability(capability: string): string[] {
  return [`--inh-caps=+${capability}`, `--ambient-caps=+${capability}`, '--securebits=+no_setuid_fixup'];
}

/** The user `nobody`. initdb looks its user up by name, so an invented number would not do. */
function nobody(): RunAs {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find(entry => entry.startsWith('nobody:'));
  const [, , uid, gid] = line?.split(':') ?? [];
  if (uid === undefined || gid === undefined) {
    throw new Error(
      'PostgreSQL refuses to run as root and there is no user "nobody" to run it as: run this as an ordinary user.',
    );
  }
  return { uid: Number(uid), gid: Number(gid) };
}

// Bits of CapEff, from capabilities(7). Reading and entering is all that is needed; containers often have only the wider one.
const READING_CAPABILITIES = [
  { name: 'dac_read_search', bit: 2n },
  { name: 'dac_override', bit: 1n },
];

/**
 * PostgreSQL refuses to run as root, so root runs it as `nobody`, to whom its data directory is given.
 *
 * Below a directory that `nobody` may not enter (a checkout in /root, mode 0700, or one made with umask 077) that alone
 * does not work, so the process then keeps the right to read and enter any directory, as a capability: PostgreSQL looks
 * only at its user id, and nothing on the way to the checkout has to change its mode.
 * (A user namespace would do too, but containers mostly forbid it.)
 *
 * Answers `undefined` for everybody but root.
 */
export function unprivilegedUser(initdb: string, dataDirectory: string): RunAs | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const user = nobody();
  const capabilities = effectiveCapabilities();
  const available = READING_CAPABILITIES.filter(({ bit }) => (capabilities >> bit) & 1n).map(
    ({ name }) => name,
  );
  for (const runAs of [user, ...available.map(capability => ({ ...user, capability }))]) {
    if (canWorkIn(runAs, initdb, dataDirectory)) return runAs;
  }
  throw new Error(
    `PostgreSQL refuses to run as root, and user "nobody" may not enter ${dataDirectory}: run this as an ordinary user, or in a directory that everybody may enter.`,
  );
}

function canWorkIn(runAs: RunAs, initdb: string, directory: string): boolean {
  const script = ['sh', '-c', 'cd "$1" && exec "$2" --version', 'sh', directory, initdb];
  const result = spawnSync('setpriv', [...setprivArguments(runAs), ...script], { encoding: 'utf8' });
  // It prints its version also where it may not look at itself; only the complaint beside it tells that it won't work.
  return result.status === 0 && result.stderr === '';
}

export function giveTo(runAs: RunAs | undefined, path: string): void {
  if (runAs !== undefined) chownSync(path, runAs.uid, runAs.gid);
}
