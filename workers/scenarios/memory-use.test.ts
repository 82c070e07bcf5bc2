import { describe, expect, test } from 'vitest';
import { Lab } from './lab.ts';

const MACHINE = '-M q35 -accel kvm -cpu qemu64 -smp 2 -m 512M,slots=4,maxmem=4G';
const MEMORY = '/sys/devices/system/memory';

function plugDimm(lab: Lab, id: string, mebibytes: number): void {
  const size = mebibytes * 2 ** 20;
  lab.qmp({ execute: 'object-add', arguments: { 'qom-type': 'memory-backend-ram', id: `m-${id}`, size } });
  lab.qmp({ execute: 'device_add', arguments: { driver: 'pc-dimm', id, memdev: `m-${id}` } });
}

const online = (lab: Lab, block: number, how: string): string => lab.sh(`echo ${how} > ${MEMORY}/memory${block}/state`);
const offline = (lab: Lab, block: number): string =>
  lab.sh(`echo offline > ${MEMORY}/memory${block}/state; echo rc=$?`);
const free = (lab: Lab, zone: string): number =>
  Number(lab.sh(`awk '/^Node/ {z=$4} z=="${zone}" && /nr_free_pages/ {print $2}' /proc/zoneinfo`));
const value = (lab: Lab, name: string): number => Number(lab.sh(`awk '/^${name}:/ {print $2}' /proc/meminfo`));

describe('files in memory', () => {
  test('their pages come from ZONE_MOVABLE first, move when its blocks go offline, and are free when the file is gone', () => {
    const lab = new Lab(MACHINE);
    plugDimm(lab, 'd0', 256);
    for (const block of [32, 33]) online(lab, block, 'online_movable');
    const [movable, low, total] = [free(lab, 'Movable'), free(lab, 'DMA32'), value(lab, 'MemFree')];
    expect(lab.sh('head -c 100M /dev/zero > /tmp/x; stat -c %s /tmp/x')).toBe('104857600');
    expect(movable - free(lab, 'Movable')).toBe(25_600);
    expect(free(lab, 'DMA32')).toBe(low);
    lab.events();
    expect(offline(lab, 33)).toBe('rc=0');
    expect(offline(lab, 32)).toBe('rc=0');
    expect(
      lab.events('pages_migrated').reduce((sum, { fields }) => sum + Number(fields['pages']), 0),
    ).toBeGreaterThanOrEqual(25_600);
    expect(low - free(lab, 'DMA32')).toBe(25_600);
    expect(lab.sh('od -An -c -N 2 /tmp/x; rm /tmp/x')).toBe('  \\0  \\0');
    expect(free(lab, 'DMA32')).toBe(low);
    for (const block of [32, 33]) online(lab, block, 'online_movable');
    expect(Math.abs(value(lab, 'MemFree') - total)).toBeLessThan(8192);
  });

  test('a tmpfs takes half of the memory, then there is no space left', () => {
    const lab = new Lab(MACHINE);
    const half = Math.floor(value(lab, 'MemTotal') / 8) * 4096;
    expect(lab.sh('dd if=/dev/zero of=/tmp/x bs=1M 2>&1 | head -1; stat -c %s /tmp/x')).toBe(
      `dd: error writing '/tmp/x': No space left on device\n${half - (half % 2 ** 20)}`,
    );
  });

  test('zeros with bytes among them are read back as they were written', () => {
    const lab = new Lab(MACHINE);
    lab.sh(
      'head -c 10000 /dev/zero > /tmp/x; echo abc >> /tmp/x; head -c 5000 /dev/zero >> /tmp/x; echo end >> /tmp/x',
    );
    expect(lab.sh("stat -c %s /tmp/x; tr -d '\\0' < /tmp/x; tail -c 5 /tmp/x | od -An -c")).toBe(
      '15008\nabc\nend\n  \\0   e   n   d  \\n',
    );
  });
});

describe('memory is short', () => {
  test('what grows without end is killed, and its memory is free again', () => {
    const lab = new Lab(MACHINE);
    const before = value(lab, 'MemFree');
    lab.events();
    expect(lab.sh('tail /dev/zero; echo rc=$?')).toBe('Killed\nrc=137');
    const said = lab.events('printk').map(({ fields }) => String(fields['text']));
    expect(said[0]).toMatch(
      /^tail invoked oom-killer: gfp_mask=0x140dca\(GFP_HIGHUSER_MOVABLE\|__GFP_COMP\|__GFP_ZERO\)/,
    );
    expect(said.at(-1)).toMatch(/^Out of memory: Killed process \d+ \(tail\) total-vm:\d+kB, anon-rss:\d+kB/);
    expect(Math.abs(value(lab, 'MemFree') - before)).toBeLessThan(4096);
  });

  test('a block whose pages have nowhere to go is tried until a signal comes, and stays online', () => {
    const lab = new Lab(MACHINE);
    plugDimm(lab, 'd0', 256);
    for (const block of [32, 33]) online(lab, block, 'online_movable');
    lab.sh('head -c 180M /dev/zero > /tmp/x; echo 150 > /proc/sys/vm/nr_hugepages');
    lab.events();
    expect(lab.sh(`timeout 1 bash -c 'echo offline > ${MEMORY}/memory32/state'; echo rc=$?`)).toBe('rc=124');
    const events = lab.events();
    const texts = events.filter(({ kind }) => kind === 'printk').map(({ fields }) => String(fields['text']));
    expect(texts.filter((text) => text.startsWith('bash: page allocation failure: order:0'))).toHaveLength(10);
    expect(texts).toContain('page dumped because: migration failure');
    expect(events.find(({ kind }) => kind === 'memory_offline_refused')?.fields).toMatchObject({
      block: 32,
      reason: 'signal backoff',
    });
    expect(lab.sh(`cat ${MEMORY}/memory32/state`)).toBe('online');
  });
});

describe('huge pages', () => {
  test('the pool takes ZONE_MOVABLE, then Normal, then DMA32; what lies in a block goes with it', () => {
    const lab = new Lab(MACHINE);
    plugDimm(lab, 'd0', 256);
    online(lab, 32, 'online_movable');
    online(lab, 33, 'online_kernel');
    lab.sh('echo 200 > /proc/sys/vm/nr_hugepages');
    expect(value(lab, 'HugePages_Total')).toBe(200);
    expect(free(lab, 'Movable')).toBeLessThan(1024);
    expect(free(lab, 'Normal')).toBeLessThan(2048);
    // 200 less the 63, or 62, of the movable block
    expect(offline(lab, 32)).toBe('rc=0');
    expect([137, 138]).toContain(value(lab, 'HugePages_Total'));
    expect(
      lab.sh('echo 5 > /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages; cat /proc/sys/vm/nr_hugepages'),
    ).toBe('5');
    expect(lab.sh('cat /sys/devices/system/node/node0/hugepages/hugepages-2048kB/free_hugepages')).toBe('5');
    expect(lab.sh('echo abc > /proc/sys/vm/nr_hugepages')).toBe('bash: echo: write error: Invalid argument');
  });

  test('hugepages= fills the pool at boot', () => {
    const lab = new Lab(MACHINE, 'loglevel=3 hugepages=20');
    expect(lab.sh('dmesg | grep -o "HugeTLB: registered.*"')).toBe(
      'HugeTLB: registered 2.00 MiB page size, pre-allocated 20 pages',
    );
    expect(value(lab, 'Hugetlb')).toBe(40_960);
  });
});

describe('ZONE_MOVABLE at boot', () => {
  // of a real kernel, with 512 MiB
  test.each([
    ['movablecore=128M', '18000000', 32_736],
    ['movablecore=50%', '10000000', 65_504],
    ['kernelcore=256M', '10400000', 64_480],
  ])('%s', (option, start, present) => {
    const lab = new Lab(MACHINE, `loglevel=3 ${option}`);
    expect(lab.sh('dmesg | grep -A1 "Movable zone start" | tail -1 | cut -c 16-')).toBe(`  Node 0: 0x00000000${start}`);
    expect(lab.sh(`awk '/^Node/ {z=$4} z=="Movable" && /present/ {print $2}' /proc/zoneinfo`)).toBe(`${present}`);
    expect(lab.sh(`cat ${MEMORY}/memory3/valid_zones`)).toBe('Movable');
    expect(free(lab, 'Movable')).toBeGreaterThan(10_000);
  });
});

describe('memory_hotplug parameters', () => {
  test('memmap_on_memory=1: a DIMM of one block holds its own struct pages, a larger one does not', () => {
    const lab = new Lab(MACHINE, 'loglevel=3 memory_hotplug.memmap_on_memory=1');
    plugDimm(lab, 'd0', 128);
    plugDimm(lab, 'd1', 256);
    const grows = (block: number): number => {
      const before = value(lab, 'MemTotal');
      online(lab, block, 'online');
      return value(lab, 'MemTotal') - before;
    };
    // 512 pages are the block's own
    expect([grows(32), grows(33), grows(34)]).toEqual([129_024, 131_072, 131_072]);
    expect(lab.sh('cat /sys/module/memory_hotplug/parameters/memmap_on_memory')).toBe('Y');
  });

  test('online_policy=auto-movable: movable as long as kernel memory outweighs it', () => {
    const lab = new Lab(MACHINE);
    lab.sh('echo auto-movable > /sys/module/memory_hotplug/parameters/online_policy');
    plugDimm(lab, 'd0', 256);
    expect(lab.sh(`cat ${MEMORY}/memory32/valid_zones`)).toBe('Movable Normal');
    online(lab, 32, 'online');
    expect(lab.sh(`cat ${MEMORY}/memory32/valid_zones`)).toBe('Movable');
    expect(lab.sh('echo foo > /sys/module/memory_hotplug/parameters/online_policy')).toBe(
      'bash: echo: write error: Invalid argument',
    );
  });
});

describe('nodes', () => {
  const object = (id: string, size: string): string => `-object memory-backend-ram,id=${id},size=${size}`;

  test('the SLIT sets distances and the order in which nodes are asked for memory', () => {
    const nodes = '-numa node,nodeid=0,memdev=a,cpus=0-1 -numa node,nodeid=1,memdev=b -numa node,nodeid=2,memdev=c';
    const distances = ['0,dst=1,val=30', '0,dst=2,val=15', '1,dst=2,val=40'].map((text) => `-numa dist,src=${text}`);
    const objects = [object('a', '256M'), object('b', '256M'), object('c', '256M')].join(' ');
    const lab = new Lab(`-M q35 -smp 2 -m 768M ${objects} ${nodes} ${distances.join(' ')}`);
    expect(lab.sh('cat /sys/devices/system/node/node*/distance')).toBe('10 30 15\n30 10 40\n15 40 10');
    expect(lab.sh('dmesg | sed -n "s/.*\\] \\(Fallback.*\\|NUMA: Init.*\\)/\\1/p"')).toBe(
      [
        'NUMA: Initialized distance table, cnt=3',
        'Fallback order for Node 0: 0 2 1 ',
        'Fallback order for Node 1: 1 0 2 ',
        'Fallback order for Node 2: 2 0 1 ',
      ].join('\n'),
    );
  });

  test('a node without memory comes online with its first DIMM and goes with its last', () => {
    const cpus = '-smp 1,sockets=4,cores=1,maxcpus=4';
    const nodes = '-numa node,nodeid=0,memdev=a,cpus=0-1 -numa node,nodeid=1,cpus=2-3 -numa node,nodeid=2';
    const lab = new Lab(`-M q35 ${cpus} -m 512M,slots=4,maxmem=4G ${object('a', '512M')} ${nodes}`);
    expect(lab.sh('dmesg | grep -c "as memoryless"')).toBe('4');
    lab.qmp({ execute: 'object-add', arguments: { 'qom-type': 'memory-backend-ram', id: 'm', size: 2 ** 27 } });
    lab.qmp({ execute: 'device_add', arguments: { driver: 'pc-dimm', id: 'd', memdev: 'm', node: 2 } });
    expect(lab.sh('numactl -H | head -1; cat /sys/devices/system/node/{online,has_memory}')).toBe(
      'available: 2 nodes (0,2)\n0,2\n0',
    );
    lab.events();
    online(lab, 32, 'online_movable');
    const orders = lab.events('printk').map(({ fields }) => String(fields['text']));
    expect(orders.slice(0, 3)).toEqual([
      'Fallback order for Node 0: 0 2 ',
      'Fallback order for Node 1: 1 2 0 ',
      'Fallback order for Node 2: 2 0 ',
    ]);
    offline(lab, 32);
    lab.qmp({ execute: 'device_del', arguments: { id: 'd' } });
    expect(lab.sh('cat /sys/devices/system/node/online')).toBe('0');
  });
});

describe('a node whose CPUs all came after boot', () => {
  const cpus = '-smp 2,sockets=4,cores=1,maxcpus=4';
  const nodes = '-numa node,nodeid=0,memdev=a,cpus=0-1 -numa node,nodeid=1,cpus=2-3 -numa node,nodeid=2';
  const lab = new Lab(
    `-M q35 ${cpus} -m 512M,slots=4,maxmem=4G -object memory-backend-ram,id=a,size=512M ${nodes} -accel tcg -cpu qemu64`,
  );
  const said = (): string[] => lab.events('printk').map(({ fields }) => String(fields['text']));
  const warning = 'WARNING: workqueue cpumask: online intersect > possible intersect';

  test('comes online with its first CPU, linked to it; the workqueues have no CPUs of it, and say so once', () => {
    lab.plug(2);
    lab.events();
    lab.sh('echo 1 > /sys/devices/system/cpu/cpu2/online');
    expect(said()).toContain(warning);
    expect(lab.sh('cd /sys/devices/system/node/node1; echo cpu*; cd ../../cpu/cpu2; echo node*; cd /')).toBe(
      'cpu2 cpulist cpumap\nnode1',
    );
    lab.sh('echo 0 > /sys/devices/system/cpu/cpu2/online; echo 1 > /sys/devices/system/cpu/cpu2/online');
    expect(said()).not.toContain(warning);
  });

  test('others take memory from a node without CPUs before it', () => {
    for (const node of [1, 2]) {
      const memory = { 'qom-type': 'memory-backend-ram', id: `m${node}`, size: 2 ** 27 };
      lab.qmp({ execute: 'object-add', arguments: memory });
      lab.qmp({ execute: 'device_add', arguments: { driver: 'pc-dimm', id: `d${node}`, memdev: `m${node}`, node } });
    }
    online(lab, 32, 'online_movable');
    lab.events();
    online(lab, 33, 'online_movable');
    expect(said().slice(0, 3)).toEqual([
      'Fallback order for Node 0: 0 2 1 ',
      'Fallback order for Node 1: 1 2 0 ',
      'Fallback order for Node 2: 2 0 1 ',
    ]);
  });
});

describe('lsmem and chmem (util-linux 2.38)', () => {
  const lab = new Lab(MACHINE);
  plugDimm(lab, 'd0', 256);

  test.each([
    ['lsmem -P -o BLOCK,STATE', 'BLOCK="0-3" STATE="online"\nBLOCK="32-33" STATE="offline"'],
    [
      'lsmem -r',
      'RANGE SIZE STATE REMOVABLE BLOCK\n0x0000000000000000-0x000000001fffffff 512M online yes 0-3\n0x0000000100000000-0x000000010fffffff 256M offline  32-33',
    ],
    ['lsmem -o foo', 'lsmem: unknown column: foo'],
    ['lsmem -s never', 'lsmem: cannot open /sys/devices/system/memory: No such file or directory'],
    ['chmem -d 100M; echo $?', 'chmem: Size must be aligned to memory block size (128M)\n1'],
    ['chmem -e foo; echo $?', "chmem: Failed to parse size: 'foo': Invalid argument\n1"],
    [
      'chmem -d 0x0-0x1; echo $?',
      'chmem: Start address and (end address + 1) must be aligned to memory block size (128M)\n1',
    ],
    ['chmem -e -z Bogus 128M', "chmem: unknown memory zone: Bogus\nTry 'chmem --help' for more information."],
    ['chmem -e -b 99; echo $?', '1'],
    ['chmem -v -e -b 33; echo $?', 'Memory Block 33 (0x0000000108000000-0x000000010fffffff) enabled\n0'],
    ['chmem -e 2G; echo $?', 'chmem: Could only enable 128M of memory\n64'],
    ['lsmem -P -o BLOCK,ZONES | tail -1', 'BLOCK="32-33" ZONES="Movable"'],
    [
      'chmem -v -d -z normal -b 32',
      'chmem: Memory Block 32 (0x0000000100000000-0x0000000107ffffff) disable failed: Zone mismatch',
    ],
    ['chmem -v -d 128; echo $?', 'Memory Block 33 (0x0000000108000000-0x000000010fffffff) disabled\n0'],
    ['chmem -v -e -z Normal -b 33-40; echo $?', 'Memory Block 33 (0x0000000108000000-0x000000010fffffff) enabled\n64'],
    ['lsmem extra', "lsmem: bad usage\nTry 'lsmem --help' for more information."],
  ])('%s', (line, shown) => {
    expect(lab.sh(line)).toBe(shown);
  });

  test('lsmem -J', () => {
    const { memory } = JSON.parse(lab.sh('lsmem -J')) as { memory: unknown[] };
    expect(memory[0]).toEqual({
      range: '0x0000000000000000-0x000000001fffffff',
      size: '512M',
      state: 'online',
      removable: true,
      block: '0-3',
    });
  });
});

test('huge pages of a size that the processor has not are complained of, in the order of the options', () => {
  const lab = new Lab(MACHINE, 'hugepagesz=1G hugepages=2 default_hugepagesz=1G frob=1');
  const lines = lab
    .sh('dmesg | grep -A4 "Kernel command line"')
    .split('\n')
    .map((line) => line.replace(/^\[.*?\] /, ''));
  expect(lines.slice(1, 5)).toEqual([
    'HugeTLB: unsupported hugepagesz=1G',
    'HugeTLB: hugepages=2 does not follow a valid hugepagesz, ignoring',
    'HugeTLB: unsupported default_hugepagesz=1G',
    'Unknown kernel command line parameters "frob=1", will be passed to user space.',
  ]);
});
