import { expect, type LabPage, linkTo, test } from './lab-page.ts';

/** The four ways to change a CPU, each with what a person does; `cpu` is Linux's number, `slot` the board's. */
interface Way {
  plug(lab: LabPage, place: Place): Promise<void>;
  online(lab: LabPage, place: Place, cpu: number): Promise<void>;
  offline(lab: LabPage, place: Place, cpu: number): Promise<void>;
  unplug(lab: LabPage, place: Place): Promise<void>;
}

interface Place {
  readonly slot: number;
  /** Where the CPU is put: `socket-id` and so on. */
  readonly props: Readonly<Record<string, number>>;
}

const DRIVER = 'max-x86_64-cpu';
const id = ({ slot }: Place): string => `cpu${slot}`;
const options = ({ props }: Place): string =>
  Object.entries(props)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
const write = (cpu: number, value: number): string => `echo ${value} > /sys/devices/system/cpu/cpu${cpu}/online`;

const BY_SHELL: Pick<Way, 'online' | 'offline'> = {
  online: (lab, _, cpu) => lab.typeLine(write(cpu, 1)),
  offline: (lab, _, cpu) => lab.typeLine(write(cpu, 0)),
};

const WAYS: Readonly<Record<string, Way>> = {
  'by clicks': {
    plug: async (lab, { slot }) => {
      await lab.slot(slot).click();
      await lab.quiescent();
    },
    online: (lab, { slot }) => lab.act(slot, 'Bring online'),
    offline: (lab, { slot }) => lab.act(slot, 'Take offline'),
    unplug: (lab, { slot }) => lab.act(slot, 'Unplug'),
  },
  'by QMP, and the shell': {
    plug: (lab, place) =>
      lab.send(
        'QMP',
        JSON.stringify({ execute: 'device_add', arguments: { driver: DRIVER, id: id(place), ...place.props } }),
      ),
    unplug: (lab, place) => lab.send('QMP', JSON.stringify({ execute: 'device_del', arguments: { id: id(place) } })),
    ...BY_SHELL,
  },
  'by the monitor, and chcpu in the shell': {
    plug: (lab, place) => lab.send('Monitor', `device_add ${DRIVER},id=${id(place)},${options(place)}`),
    unplug: (lab, place) => lab.send('Monitor', `device_del ${id(place)}`),
    online: (lab, _, cpu) => lab.typeLine(`chcpu -e ${cpu}`),
    offline: (lab, _, cpu) => lab.typeLine(`chcpu -d ${cpu}`),
  },
};

const MACHINES: readonly (readonly [string, string, Place])[] = [
  [
    'q35 with sockets',
    '-M q35 -accel kvm -cpu max -smp 2,sockets=4,maxcpus=4 -m 512M',
    { slot: 3, props: { 'socket-id': 3, 'core-id': 0, 'thread-id': 0 } },
  ],
  [
    'q35 with dies, cores and threads',
    '-M q35 -accel kvm -cpu max -smp 2,sockets=1,dies=2,cores=2,threads=2,maxcpus=8 -m 512M',
    { slot: 6, props: { 'socket-id': 0, 'die-id': 1, 'core-id': 1, 'thread-id': 0 } },
  ],
  [
    'pc with cores and threads',
    '-M pc -accel kvm -cpu max -smp 2,sockets=2,cores=2,threads=2,maxcpus=8 -m 512M',
    { slot: 5, props: { 'socket-id': 1, 'core-id': 0, 'thread-id': 1 } },
  ],
];

for (const [name, machine, place] of MACHINES) {
  for (const [how, way] of Object.entries(WAYS)) {
    test(`on ${name}, a CPU is plugged, onlined, offlined and unplugged ${how}; each picture agrees`, async ({
      lab,
    }) => {
      await lab.openAtFullSpeed(linkTo({ version: 1, machine }));
      const agree = async (condition: string, masks: Readonly<Record<string, string>>): Promise<void> => {
        await lab.expectCondition(place.slot, condition);
        await lab.expectPicturesToAgree();
        expect((await lab.facts()).masks).toMatchObject(masks);
      };
      await agree('possible', { present: '0-1', online: '0-1' });
      await way.plug(lab, place);
      await agree('present', { present: '0-2', online: '0-1' });
      await way.online(lab, place, 2);
      await agree('online', { present: '0-2', online: '0-2' });
      await way.offline(lab, place, 2);
      await agree('present', { present: '0-2', online: '0-1' });
      await way.online(lab, place, 2);
      // an online CPU is taken offline on its way out
      await way.unplug(lab, place);
      await agree('possible', { present: '0-1', online: '0-1' });
      expect(await lab.countEvents('vcpu_unplugged')).toBe(1);
      await way.plug(lab, place);
      await agree('present', { present: '0-2', online: '0-1' });
    });
  }
}

test('the boot CPU stays: its menu says why, the shell gets the kernel’s error, and nothing changes', async ({
  lab,
  page,
}) => {
  await lab.openAtFullSpeed();
  await lab.slot(0).click();
  const menu = page.getByRole('menu');
  await expect(menu).toContainText('no file online on x86');
  await expect(menu.getByRole('menuitem', { name: 'Take offline' })).toHaveCount(0);
  await page.keyboard.press('Escape');
  await lab.typeLine('echo 0 > /sys/devices/system/cpu/cpu0/online');
  await expect(page.getByRole('log', { name: 'Shell output as text' })).toContainText(
    'bash: /sys/devices/system/cpu/cpu0/online: Permission denied',
  );
  await lab.expectCondition(0, 'online');
  await lab.expectPicturesToAgree();
});

test('a masked GPE: the CPU waits, the chain stands at the registers; unmasked, it comes', async ({ lab, page }) => {
  await lab.openAtFullSpeed();
  await lab.typeLine('echo mask > /sys/firmware/acpi/interrupts/gpe02');
  await lab.slot(2).click();
  await lab.quiescent();
  await lab.expectCondition(2, 'coming');
  await expect(page.locator('[data-stage="device"]')).toHaveAttribute('data-light', 'passed');
  await expect(page.locator('[data-stage="kacpid"]')).toHaveAttribute('data-light', 'dark');
  await lab.typeLine('echo unmask > /sys/firmware/acpi/interrupts/gpe02');
  await lab.expectCondition(2, 'present');
  await lab.expectPicturesToAgree();
});

test('a failure put into a state: the ladder shows where it failed and that it rolled back', async ({ lab, page }) => {
  await lab.openAtFullSpeed();
  await lab.typeLine('echo 0 > /sys/devices/system/cpu/cpu1/online');
  await lab.typeLine('echo 197 > /sys/devices/system/cpu/cpu1/hotplug/fail');
  await lab.act(1, 'Bring online');
  await lab.expectCondition(1, 'failed');
  await expect(page.locator('.ladder-now')).toHaveText(/CPU 1 state 197 failed: rolled back to 0/);
  await expect(page.getByRole('option', { name: /^197 .*failed here: CPU 1/ })).toBeAttached();
  await lab.expectPicturesToAgree();
  // the way down fails and goes up again
  await lab.typeLine('echo -1 > /sys/devices/system/cpu/cpu1/hotplug/fail');
  await lab.act(1, 'Bring online');
  await lab.expectCondition(1, 'online');
  await lab.typeLine('echo 197 > /sys/devices/system/cpu/cpu1/hotplug/fail');
  await lab.act(1, 'Take offline');
  await lab.expectCondition(1, 'online');
  await expect(page.locator('.ladder-now')).toHaveText(/CPU 1 state 197 failed: rolled back to 236/);
  await lab.expectPicturesToAgree();
});

test('more CPUs than nr_cpus allows: the kernel says so, the slot shows the failure', async ({ lab, page }) => {
  await lab.openAtFullSpeed(
    linkTo({ version: 1, machine: '-M q35 -cpu max -smp 2,maxcpus=4 -m 512M', append: 'nr_cpus=3' }),
  );
  await lab.slot(2).click();
  await lab.quiescent();
  await lab.slot(3).click();
  await lab.quiescent();
  await lab.expectCondition(2, 'present');
  await lab.expectCondition(3, 'failed');
  await page.getByRole('tab', { name: 'Kernel log' }).click();
  await expect(page.getByRole('log', { name: 'Kernel log' })).toContainText(
    'Unable to map lapic to logical cpu number',
  );
  await lab.expectPicturesToAgree();
});
