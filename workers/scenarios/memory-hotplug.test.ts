import { describe, expect, test } from 'vitest';
import { Lab } from './lab.ts';

const ONE_CPU = '-M q35 -accel kvm -cpu max -smp 1 -m 512M,slots=3,maxmem=4G';
const MIB = 2 ** 20;
const MEMORY = '/sys/devices/system/memory';

/** Plugs a DIMM of so many MiB; the reply of device_add. */
function plugDimm(lab: Lab, id: string, mebibytes: number, more: Readonly<Record<string, unknown>> = {}): unknown {
  const size = mebibytes * MIB;
  lab.qmp({ execute: 'object-add', arguments: { 'qom-type': 'memory-backend-ram', id: `m-${id}`, size } });
  return lab.qmp({ execute: 'device_add', arguments: { driver: 'pc-dimm', id, memdev: `m-${id}`, ...more } });
}

const unplug = (lab: Lab, id: string): unknown => lab.qmp({ execute: 'device_del', arguments: { id } });
const state = (lab: Lab, block: number): string => lab.sh(`cat ${MEMORY}/memory${block}/state`);
const write = (lab: Lab, block: number, word: string): string =>
  lab.sh(`echo ${word} > ${MEMORY}/memory${block}/state; echo rc=$?`);
const messages = (lab: Lab): string[] => lab.events('printk').map(({ fields }) => String(fields['text']));
/** QMP events of one name since the last look. */
const qmpEvents = (lab: Lab): unknown[] =>
  lab
    .events('qmp_out')
    .map(({ fields }) => JSON.parse(String(fields['text'])) as Record<string, unknown>)
    .filter((message) => 'event' in message)
    .map(({ event, data }) => ({ event, data }));

describe('a DIMM comes', () => {
  test('its blocks are offline, and memory grows when they are brought online', () => {
    const lab = new Lab(ONE_CPU);
    const total = (): number => Number(/\d+/.exec(lab.sh('grep MemTotal /proc/meminfo'))?.[0]);
    // the recorded guest's MemTotal, to the kilobyte
    expect(total()).toBe(400_092);
    plugDimm(lab, 'd1', 256);
    expect([state(lab, 32), state(lab, 33)]).toEqual(['offline', 'offline']);
    expect(lab.sh('grep -A1 ^1000 /proc/iomem')).toBe(
      '100000000-10fffffff : System RAM\n2c0000000-abfffffff : PCI Bus 0000:00',
    );
    write(lab, 32, 'online');
    expect(total()).toBe(400_092 + 131_072);
  });

  test('auto_online_blocks brings them online at once', () => {
    const lab = new Lab(ONE_CPU);
    lab.sh(`echo online_movable > ${MEMORY}/auto_online_blocks`);
    plugDimm(lab, 'd1', 256);
    expect(lab.sh(`cat ${MEMORY}/memory3[23]/state ${MEMORY}/memory3[23]/valid_zones`)).toBe(
      'online\nonline\nMovable\nMovable',
    );
  });

  test('memhp_default_state= is the policy at boot', () => {
    const lab = new Lab(ONE_CPU, 'loglevel=3 memhp_default_state=online_kernel');
    plugDimm(lab, 'd1', 128);
    expect(lab.sh(`cat ${MEMORY}/auto_online_blocks ${MEMORY}/memory32/valid_zones`)).toBe('online_kernel\nNormal');
  });

  test('a size that is no multiple of a block is refused by the guest, which still reports success', () => {
    const lab = new Lab(ONE_CPU);
    lab.events();
    plugDimm(lab, 'd1', 130);
    expect(messages(lab)).toEqual([
      'Block size [0x8000000] unaligned hotplug range: start 0x100000000, size 0x8200000',
      'acpi PNP0C80:00: add_memory failed',
      'acpi PNP0C80:00: acpi_memory_enable_device() error',
    ]);
    expect(lab.sh(`ls -d ${MEMORY}/memory32`)).toContain('No such file');
  });

  test('the last of 256 slots is as good as the first; a slot that is taken is refused', () => {
    const lab = new Lab('-M q35 -accel kvm -cpu max -smp 1 -m 512M,slots=256,maxmem=4T');
    expect(plugDimm(lab, 'last', 128, { slot: 255 })).toEqual({ return: {} });
    expect(plugDimm(lab, 'first', 128)).toEqual({ return: {} });
    // so much memory would reach HyperTransport's addresses below 1 TiB: QEMU puts it above them
    expect(lab.sh(`ls -d ${MEMORY}/memory819[23]`)).toBe(`${MEMORY}/memory8192  ${MEMORY}/memory8193`);
    expect(plugDimm(lab, 'again', 128, { slot: 255 })).toMatchObject({ error: { desc: 'slot 255 is busy' } });
    expect(plugDimm(lab, 'none', 128, { slot: 256 })).toMatchObject({
      error: { desc: 'invalid slot number 256, valid range is [0-255]' },
    });
  });
});

test('a DIMM survives a reset: the new kernel finds it in the namespace, its blocks offline, and can let it go', () => {
  const lab = new Lab(ONE_CPU);
  plugDimm(lab, 'd1', 256);
  write(lab, 32, 'online');
  lab.hmp('system_reset');
  lab.session.settle();
  expect([state(lab, 32), state(lab, 33)]).toEqual(['offline', 'offline']);
  unplug(lab, 'd1');
  expect(lab.qmp({ execute: 'query-memory-devices' })).toEqual({ return: [] });
});

describe('blocks and zones', () => {
  test('with movable_node memory goes to zone Movable unless told otherwise', () => {
    const lab = new Lab(ONE_CPU, 'loglevel=3 movable_node');
    plugDimm(lab, 'd1', 128);
    expect(lab.sh(`cat ${MEMORY}/memory32/valid_zones`)).toBe('Movable Normal');
    write(lab, 32, 'online');
    expect(lab.sh(`cat ${MEMORY}/memory32/valid_zones`)).toBe('Movable');
  });

  test('a block with kernel pages will not go offline: the kernel names the page, the log says whose it is', () => {
    const lab = new Lab(ONE_CPU);
    plugDimm(lab, 'd1', 256);
    write(lab, 32, 'online_kernel');
    lab.sh('ls /; ls /proc > /dev/null');
    lab.events();
    expect(write(lab, 32, 'offline')).toBe('bash: echo: write error: Device or resource busy\nrc=1');
    const events = lab.events();
    const texts = events.filter(({ kind }) => kind === 'printk').map(({ fields }) => String(fields['text']));
    expect(texts.at(0)).toContain('pfn:0x100000');
    expect(texts.at(-1)).toBe('page dumped because: unmovable page');
    expect(events.find(({ kind }) => kind === 'memory_offline_refused')?.fields).toMatchObject({
      block: 32,
      pfn: 0x100000,
      reason: 'failure to isolate range',
      holder: 'slab',
    });
  });

  test('what processes hold in zone Movable moves elsewhere when its block goes offline', () => {
    const lab = new Lab(ONE_CPU);
    plugDimm(lab, 'd1', 256);
    write(lab, 32, 'online_movable');
    write(lab, 33, 'online_movable');
    lab.sh('sleep 1000 &');
    lab.events();
    expect(write(lab, 32, 'offline')).toBe('rc=0');
    const moved = lab.events('pages_migrated');
    expect(moved.map(({ fields }) => fields['startPfn'])).toEqual([0x100000]);
    expect(Number(moved[0]?.fields['pages'])).toBeGreaterThan(0);
    expect(state(lab, 32)).toBe('offline');
  });

  test('the log has the zones that an offline block may join, in the order of valid_zones', () => {
    const lab = new Lab(ONE_CPU);
    plugDimm(lab, 'd1', 384);
    write(lab, 33, 'online_movable');
    const told = lab.events('memory_valid_zones').map(({ fields }) => fields);
    const [first] = told.slice(told.findLastIndex(({ block }) => block === 0));
    expect(first).toMatchObject({ node: 0, block: 0, zones: 'DMA Movable' });
    const zonesOf = (block: number): unknown =>
      told.findLast((row) => block >= Number(row['block']) && block < Number(row['block']) + Number(row['blocks']))?.[
        'zones'
      ];
    for (const block of [32, 34]) expect(zonesOf(block)).toBe(lab.sh(`cat ${MEMORY}/memory${block}/valid_zones`));
    expect([zonesOf(32), zonesOf(33)]).toEqual(['Normal Movable', 'Movable Normal']);
  });

  test('the log has each page frame that is in use, and whose it is, when a block changes', () => {
    const lab = new Lab(ONE_CPU);
    plugDimm(lab, 'd1', 128);
    write(lab, 32, 'online');
    lab.sh('sleep 1000 &');
    lab.events();
    write(lab, 32, 'offline');
    const events = lab.events().filter(({ kind }) => kind === 'memory_block_pages' || kind === 'page_frames');
    const at = events.findLastIndex(({ fields }) => fields['block'] === 32);
    const { kernel, movable, ranges } = events[at]?.fields ?? {};
    const frames = events.slice(at + 1, at + 1 + Number(ranges)).map(({ fields }) => fields);
    const sum = (wanted: (use: unknown) => boolean): number =>
      frames.filter(({ use }) => wanted(use)).reduce((total, { pages }) => total + Number(pages), 0);
    expect(frames.length).toBeGreaterThan(0);
    expect([sum((use) => use !== 'movable'), sum((use) => use === 'movable')]).toEqual([kernel, movable]);
  });

  test('a block that spans zones has no zone to leave', () => {
    const lab = new Lab(ONE_CPU);
    expect(lab.sh(`cat ${MEMORY}/memory0/valid_zones`)).toBe('none');
    expect(write(lab, 0, 'offline')).toBe('bash: echo: write error: Invalid argument\nrc=1');
  });
});

describe('a DIMM goes', () => {
  test('its blocks go offline, the guest ejects it, its backend is free again', () => {
    const lab = new Lab(ONE_CPU);
    plugDimm(lab, 'd1', 256);
    write(lab, 32, 'online_movable');
    write(lab, 33, 'online_movable');
    lab.events();
    unplug(lab, 'd1');
    const slot = { slot: '0', 'slot-type': 'DIMM' };
    expect(qmpEvents(lab)).toEqual([
      { event: 'ACPI_DEVICE_OST', data: { info: { device: 'd1', source: 3, status: 0x84, ...slot } } },
      { event: 'DEVICE_DELETED', data: { device: 'd1', path: '/machine/peripheral/d1' } },
      { event: 'ACPI_DEVICE_OST', data: { info: { source: 3, status: 0, ...slot } } },
    ]);
    expect(lab.sh(`ls -d ${MEMORY}/memory32`)).toContain('No such file');
    expect(lab.qmp({ execute: 'query-memory-devices' })).toEqual({ return: [] });
    expect(lab.qmp({ execute: 'object-del', arguments: { id: 'm-d1' } })).toEqual({ return: {} });
    expect(plugDimm(lab, 'd1', 128)).toEqual({ return: {} });
    expect(state(lab, 32)).toBe('offline');
  });

  test('one block that refuses rejects it: those that went offline come back', () => {
    const lab = new Lab(ONE_CPU);
    plugDimm(lab, 'd1', 256);
    write(lab, 32, 'online');
    write(lab, 33, 'online');
    lab.sh('ls / > /dev/null');
    lab.events();
    unplug(lab, 'd1');
    const events = lab.events();
    const texts = events.filter(({ kind }) => kind === 'printk').map(({ fields }) => String(fields['text']));
    expect(texts.at(-1)).toBe('memory memory32: Offline failed.');
    const status = events.filter(({ kind }) => kind === 'acpi_ost').map(({ fields }) => fields['status']);
    expect(status).toEqual([0x84, 0x82]);
    expect([state(lab, 32), state(lab, 33)]).toEqual(['online', 'online']);
  });

  test('QEMU 7.2 tells of a rejection by ACPI_DEVICE_OST alone, of an ejection by DEVICE_DELETED as well', () => {
    const lab = new Lab(ONE_CPU);
    plugDimm(lab, 'd1', 256);
    write(lab, 32, 'online');
    write(lab, 33, 'online');
    lab.sh('ls / > /dev/null');
    const told = (id: string): unknown[] => {
      lab.events();
      unplug(lab, id);
      return (qmpEvents(lab) as { readonly event: string }[]).map(({ event }) => event);
    };
    // MEM_UNPLUG_ERROR and DEVICE_UNPLUG_GUEST_ERROR would mean that QEMU itself failed after the guest had ejected
    expect(told('d1')).toEqual(['ACPI_DEVICE_OST', 'ACPI_DEVICE_OST']);
    plugDimm(lab, 'd2', 128);
    expect(told('d2')).toEqual(['ACPI_DEVICE_OST', 'DEVICE_DELETED', 'ACPI_DEVICE_OST']);
  });

  test('device_del of a machine that does not run is remembered, twice as well', () => {
    const lab = new Lab(`${ONE_CPU} -S`);
    plugDimm(lab, 'd1', 128);
    expect([unplug(lab, 'd1'), unplug(lab, 'd1')]).toEqual([{ return: {} }, { return: {} }]);
  });
});

describe('the address space that the page draws', () => {
  const GIB = 2 ** 30;
  const regions = (memory: string): unknown[] =>
    new Lab(`-M q35 -accel kvm -cpu max -smp 1 -m ${memory}`).session.description.memoryRegions.map(
      ({ kind, start, size }) => [kind, start / GIB, size / GIB],
    );

  test('is RAM, the hole below 4 GiB, and the region of DIMMs with 1 GiB of room a slot', () => {
    expect(regions('512M')).toEqual([
      ['ram', 0, 0.5],
      ['hole', 0.5, 3.5],
    ]);
    expect(regions('3G,slots=2,maxmem=8G')).toEqual([
      ['ram', 0, 2],
      ['hole', 2, 2],
      ['ram', 4, 1],
      ['device-memory', 5, 7],
    ]);
  });

  test('has the rest of RAM and the DIMMs above 1 TiB where they would meet HyperTransport', () => {
    expect(regions('3G,slots=256,maxmem=900G').slice(2)).toEqual([
      ['ram', 1024, 1],
      ['device-memory', 1025, 1153],
    ]);
  });
});

describe('nodes', () => {
  test('a node comes online with its first memory, has memory once a block is online, and goes with it', () => {
    const two = '-object memory-backend-ram,id=r0,size=512M -numa node,nodeid=0,cpus=0,memdev=r0 -numa node,nodeid=1';
    const lab = new Lab(`${ONE_CPU} ${two}`);
    const nodes = (file: string): string => lab.sh(`cat /sys/devices/system/node/${file}`);
    expect([nodes('possible'), nodes('online')]).toEqual(['0-1', '0']);
    lab.events();
    plugDimm(lab, 'd1', 256, { node: 1 });
    const masks = lab.events();
    expect(masks.filter(({ kind }) => kind === 'node_mask').map(({ fields }) => fields)).toEqual([
      { mask: 'online', node: 1, value: 1 },
    ]);
    expect(masks.map(({ kind, fields }) => (kind === 'printk' ? fields['text'] : '')).find(Boolean)).toBe(
      'Fallback order for Node 1: 1 0 ',
    );
    expect([nodes('online'), nodes('has_memory')]).toEqual(['0-1', '0']);
    write(lab, 32, 'online_movable');
    expect([nodes('has_memory'), nodes('has_normal_memory')]).toEqual(['0-1', '0']);
    expect(lab.sh('ps -e -o comm | grep -E "(kswapd|kcompactd)1"')).toBe('kswapd1\nkcompactd1');
    unplug(lab, 'd1');
    expect([nodes('online'), nodes('has_memory')]).toEqual(['0', '0']);
    expect(lab.sh('ps -e -o comm | grep -cE "(kswapd|kcompactd)1"')).toBe('0');
  });
});

// as a real guest did it, booted for the purpose
describe('a DIMM that comes and is asked back while the machine is paused', () => {
  const lab = new Lab(ONE_CPU);
  const told = (): string[] =>
    (qmpEvents(lab) as { event: string; data?: { info?: { source: number; status: number; device?: string } } }[]).map(
      ({ event, data }) =>
        data?.info ? `${event} ${data.info.device} ${data.info.source} ${data.info.status}` : event,
    );

  test('is inserted first: one event of a slot is handled at a time', () => {
    lab.qmp({ execute: 'stop' });
    expect(plugDimm(lab, 'd1', 128)).toEqual({ return: {} });
    expect([unplug(lab, 'd1'), unplug(lab, 'd1')]).toEqual([{ return: {} }, { return: {} }]);
    told();
    lab.qmp({ execute: 'cont' });
    expect(told()).toEqual(['RESUME', 'ACPI_DEVICE_OST d1 1 0']);
    expect(state(lab, 32)).toBe('offline');
  });

  test('goes when the next event makes the guest look again', () => {
    told();
    plugDimm(lab, 'd2', 128, { slot: 2 });
    expect(told()).toEqual([
      'ACPI_DEVICE_OST d1 3 132',
      'DEVICE_DELETED',
      'ACPI_DEVICE_OST undefined 3 0',
      'ACPI_DEVICE_OST d2 1 0',
    ]);
    expect(lab.hmp('info memory-devices')).toContain('Memory device [dimm]: "d2"');
  });
});

describe('a DIMM of -device', () => {
  const lab = new Lab(`${ONE_CPU} -object memory-backend-ram,id=m0,size=256M -device pc-dimm,id=d0,memdev=m0`);

  test('is found at boot, and its blocks are offline', () => {
    expect([state(lab, 32), state(lab, 33)]).toEqual(['offline', 'offline']);
    expect(lab.hmp('info memory-devices')).toContain('hotplugged: false');
  });

  test('survives a reset, and goes like any other', () => {
    lab.qmp({ execute: 'system_reset' });
    expect(lab.sh('lsmem | grep offline')).toContain('256M offline');
    expect(unplug(lab, 'd0')).toEqual({ return: {} });
    expect(lab.hmp('info memory-devices')).toBe('');
    expect(lab.qmp({ execute: 'object-del', arguments: { id: 'm0' } })).toEqual({ return: {} });
  });
});
