/** What `object_add help`, `object_add TYPE,help` and `device_add pc-dimm,help` print on QEMU 7.2 (qom/object_interfaces.c). */
import { isMemoryBackendType, OBJECT_TYPES } from './memory-backends.ts';
import { splitAtCommas } from './option-text.ts';

const COMMON_HELP = `
dump=<bool>            - Set to 'off' to exclude from core dump
host-nodes=<int>       - Binds memory to the list of NUMA host nodes
merge=<bool>           - Mark memory as mergeable
policy=<HostMemPolicy> - Set the NUMA policy
prealloc-context=<link<thread-context>> - Context to use for creating CPU threads for preallocation
prealloc-threads=<int> - Number of CPU threads to use for prealloc
prealloc=<bool>        - Preallocate memory
reserve=<bool>         - Reserve swap space (or huge pages) if applicable
share=<bool>           - Mark the memory as private to QEMU or shared
size=<int>             - Size of the memory region (ex: 500M)
x-use-canonical-path-for-ramblock-id=<bool>
`;

const OWN_HELP = {
  'memory-backend-ram': '',
  'memory-backend-file': `
align=<int>
discard-data=<bool>
mem-path=<string>
pmem=<bool>
readonly=<bool>
`,
  'memory-backend-memfd': `
hugetlb=<bool>         - Use huge pages
hugetlbsize=<int>      - Huge pages size (ex: 2M, 1G)
seal=<bool>            - Seal growing & shrinking
`,
} as const;

const DIMM_HELP = `pc-dimm options:
  addr=<uint64>          -  (default: 0)
  memdev=<link<memory-backend>>
  node=<uint32>          -  (default: 0)
  size=<uint64>
  slot=<int32>           -  (default: -1)
`;

const isHelp = (word: string): boolean => word === 'help' || word === '?';

/** The help on pc-dimm that a device_add asks for. */
export function dimmHelp(text: string): string | undefined {
  const [type, ...rest] = splitAtCommas(text);
  return type === 'pc-dimm' && rest.some(isHelp) ? DIMM_HELP : undefined;
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The help that a text asks for; undefined: it asks for none, or for a type that the lab has not. */
export function objectHelp(text: string): string | undefined {
  const [type = '', ...rest] = splitAtCommas(text);
  if (isHelp(type) && rest.length === 0) {
    return `List of user creatable objects:\n${[...OBJECT_TYPES].map((name) => `  ${name}\n`).join('')}`;
  }
  if (!isMemoryBackendType(type) || !rest.some(isHelp)) return undefined;
  const lines = (COMMON_HELP + OWN_HELP[type]).split('\n').filter((line) => line !== '');
  return `${type} options:\n${lines
    .sort(byText)
    .map((line) => `  ${line}\n`)
    .join('')}`;
}
