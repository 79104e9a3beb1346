// This module performs no I/O.

/** The first address that a thread gives by itself; those before are given by the main thread. */
export const FIRST_OWN_ID = 2 ** 31;
