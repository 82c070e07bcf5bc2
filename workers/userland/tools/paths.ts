/** Names of files as coreutils take them apart. */

export const baseName = (path: string): string => path.replace(/(.)\/+$/, '$1').replace(/^.*\/(?=.)/s, '');
export const join = (directory: string, name: string): string =>
  directory.endsWith('/') ? directory + name : `${directory}/${name}`;
