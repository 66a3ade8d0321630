/** How long somebody who has left may be kept by what there is to clean up. */

/** Milliseconds for leaving a server clean, however slow it is. */
export const CLEANUP_TIMEOUT = 5000;

/** Of these, milliseconds for download sessions. What is left is for the logout, which comes after them. */
export const SESSION_CLEANUP_TIMEOUT = 4000;
