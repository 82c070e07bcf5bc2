/** The QEMU whose behaviour the lab shows, as query-version and the greeting tell it. */
export const QEMU_VERSION = {
  // in the schema's order: the order of members in replies follows from it
  qemu: { major: 7, minor: 2, micro: 22 },
  package: 'Debian 1:7.2+dfsg-7+deb12u18+b3',
} as const;
