import { createSecureContext, type SecureContext } from 'node:tls';
import type { Log } from '../log.ts';
import { areGiven, filesOf, type TlsGroup, type TlsPaths } from './settings.ts';
import { readTls, stateOfFiles, type TlsFiles, type TlsMaterial } from './read-tls.ts';

/** Certificates as their files have them at this moment. */
export type FollowedFiles = {
  /** Looks at the files. What can't be used is logged once, and what was good before goes on being used. */
  material(): TlsMaterial;
};

/** @throws Error when the files can't be used now. */
export function followFiles(files: TlsFiles, log: Log): FollowedFiles {
  let state = stateOfFiles(files);
  const first = readTls(files);
  if (!first.ok) throw new Error(`TLS: the ${first.file} file ${first.message}`);
  let { material } = first;
  let refused: string | undefined;
  return {
    material() {
      const seen = stateOfFiles(files);
      if (seen === state || seen === refused) return material;
      const read = readTls(files);
      if (read.ok) {
        ({ material } = read);
        state = seen;
        refused = undefined;
        log.info({ certificate: files.certificate, ca: files.ca }, 'certificates were replaced');
      } else {
        // Files are not replaced all at the same moment: the next look may find them whole.
        refused = seen;
        log.warn(
          { file: read.file, reason: read.message },
          'new certificates can not be used, the old ones serve on',
        );
      }
      return material;
    },
  };
}

/**
 * For `tls.connect`, and for clients that pass their options on to it at each connection: the secure context is that of
 * the files as they are then.
 */
export type ClientTls = { readonly secureContext: SecureContext };

/** @throws Error when the files can't be used now. */
export function clientTls(files: TlsFiles, log: Log): ClientTls {
  const followed = followFiles(files, log);
  let last = followed.material();
  let context = createSecureContext(last);
  return {
    get secureContext() {
      const material = followed.material();
      if (material !== last) {
        last = material;
        context = createSecureContext(material);
      }
      return context;
    },
  };
}

/** `undefined`: none of the group's files is given. @throws Error when the files can't be used now. */
export function clientTlsOf<Group extends TlsGroup>(
  group: Group,
  config: TlsPaths<Group>,
  log: Log,
): ClientTls | undefined {
  const files = filesOf(group, config);
  return areGiven(files) ? clientTls(files, log) : undefined;
}
