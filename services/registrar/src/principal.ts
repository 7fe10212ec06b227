export const roles = ['manager', 'auditor', 'observer'] as const;
export type Role = (typeof roles)[number];

/** Who asks, on the word of the sign-in service or of a static token. */
export type Principal = {
  readonly ok: true;
  /** `sign-in:` and the subject of the provider, or `token:` and the name in the file: one never looks like the other. */
  readonly subject: string;
  /** All that it sees and touches, beside what everybody may. */
  readonly organisation: string;
  readonly roles: readonly Role[];
};

/** Elections from before there were organisations, and static tokens, belong to it. */
export const LOCAL_ORGANISATION = 'local';
