/** Results of kernel functions that no program ever sees. @linux include/linux/errno.h */

/** Interrupted by a signal: runs again unless a handler was called. */
export const ERESTARTSYS = 512;
/** Runs again, whatever the signal did. */
export const ERESTARTNOINTR = 513;
