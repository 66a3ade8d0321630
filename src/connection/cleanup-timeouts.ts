/** Time limits of the clean-up after unsubscribing. */

/** Milliseconds for the whole clean-up of a server, the logout included. */
export const CLEANUP_TIMEOUT = 5000;

/** Milliseconds of these for download sessions; the rest is left for the logout, which follows. */
export const SESSION_CLEANUP_TIMEOUT = 4000;
