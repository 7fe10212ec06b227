/** Field number and wire type, the same in `suffrage.v1.CastVoteRequest` and `suffrage.v1.VoteRecord`. */
export const ELECTION_ID = 0x0a;
export const SELECTIONS = 0x12;
export const SALT = 0x1a;
export const TOKEN = 0x22;
export const TOKEN_KEY_ID = 0x2a;
export const REVISION = 0x30;
export const VOTER_REFERENCE = 0x3a;
/** Of records only. */
export const INSTANCE = 0x42;
