/** How long somebody who has left may be kept by what there is to clean up. */

/** Milliseconds for leaving a server clean, however slow it is. */
export const graceTime = 5000;

/** Of these, milliseconds for download sessions. What is left is for the logout, which comes after them. */
export const cleanUpTime = 4000;
