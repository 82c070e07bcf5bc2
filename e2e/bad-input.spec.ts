import { expect, type LabPage, linkTo, test } from './lab-page.ts';

/** After the errors the lab is as it was: it answers, a CPU can be plugged, and the pictures agree with the log. */
async function expectNothingLost(lab: LabPage): Promise<void> {
  await expect(lab.page.getByRole('alert')).toHaveCount(0);
  await lab.typeLine('echo $((40 + 2))');
  await expect(lab.page.getByRole('log', { name: 'Shell output as text' })).toContainText(/\s42\s/);
  await lab.slot(2).click();
  await lab.quiescent();
  await lab.expectCondition(2, 'present');
  await lab.expectPicturesToAgree();
}

test('QMP that is not JSON, unknown members and wrong types each get QEMU’s error', async ({ lab, page }) => {
  await lab.openAtFullSpeed();
  const replies = page.getByRole('log', { name: 'QMP messages' });
  for (const [line, reply] of [
    ['{"execute" "query-status"}', 'JSON parse error'],
    ['{"execute": "query-status"} trailing', "JSON parse error, invalid keyword 'trailing'"],
    ['{"execute": "\u0001"}', 'JSON parse error'],
    ['{"execute": "query-status", "extra": 1}', "QMP input member 'extra' is unexpected"],
    ['{"execute": 5}', "QMP input member 'execute' must be a string"],
    ['{"execute": "device_add", "arguments": []}', "QMP input member 'arguments' must be an object"],
    ['{"execute": "query-status", "arguments": {"x": 1}}', "Parameter 'x' is unexpected"],
    ['{"execute": "device_del"}', "Parameter 'id' is missing"],
    ['{"execute": "device_add", "arguments": {"driver": "max-x86_64-cpu", "no": 1}}', 'max-x86_64-cpu.no'],
    ['{"execute": "device_add", "arguments": {"driver": "no-cpu"}}', "'no-cpu' is not a valid device model name"],
    [`{"execute": "query-status", "id": ${'['.repeat(1024)}`, 'nesting depth limit exceeded'],
    [`{"execute": "${'x'.repeat(20_000)}"}`, 'has not been found'],
  ] as const) {
    const errors = await lab.countEvents('qmp_out', '"error"');
    await lab.send('QMP', line);
    await expect(replies, line.slice(0, 60)).toContainText(reply);
    expect(await lab.countEvents('qmp_out', '"error"'), line.slice(0, 60)).toBeGreaterThan(errors);
  }
  await lab.send('QMP', 'query-status');
  await expect(replies).toContainText('"status":"running"');
  await expectNothingLost(lab);
});

test('the monitor answers wrong commands and wrong arguments as QEMU does', async ({ lab, page }) => {
  await lab.openAtFullSpeed();
  const output = page.getByRole('log', { name: 'Monitor' });
  for (const [line, answer] of [
    ['frobnicate', "unknown command: 'frobnicate'"],
    ['device_add', "Parameter 'driver' is missing"],
    ['device_add max-x86_64-cpu,socket-id=x', "Parameter 'socket-id' expects integer"],
    ['device_add max-x86_64-cpu,id=1x,socket-id=0,core-id=2,thread-id=0', "Parameter 'id' expects an identifier"],
    ['device_del', 'Try "help device_del" for more information'],
    ['device_del nobody', "Device 'nobody' not found"],
    ['info nothing', "unknown command: 'info nothing'"],
    ['cont now', 'extraneous characters at the end of line'],
  ] as const) {
    await lab.send('Monitor', line);
    await expect(output, line).toContainText(answer);
  }
  await expectNothingLost(lab);
});

test('the shell tells of syntax errors, of what is not there and of what the kernel refuses', async ({ lab, page }) => {
  await lab.openAtFullSpeed();
  const output = page.getByRole('log', { name: 'Shell output as text' });
  for (const [line, answer] of [
    ['echo )', "bash: syntax error near unexpected token `)'"],
    ['if then', "bash: syntax error near unexpected token `then'"],
    ['done', "bash: syntax error near unexpected token `done'"],
    ['for', "bash: syntax error near unexpected token `newline'"],
    ['echo $((1/0))', 'bash: 1/0: division by 0 (error token is "0")'],
    ['nosuch', 'bash: nosuch: command not found'],
    ['cat /nope', 'cat: /nope: No such file or directory'],
    ['echo 7 > /sys/devices/system/cpu/cpu1/online', 'bash: echo: write error: Invalid argument'],
    ['echo 999 > /sys/devices/system/cpu/cpu1/hotplug/fail', 'bash: echo: write error: Invalid argument'],
    ['echo 1 > /sys/devices/system/cpu/present', 'bash: /sys/devices/system/cpu/present: Permission denied'],
    ['echo 1 > /sys/devices/system/cpu/cpu7/online', 'No such file or directory'],
  ] as const) {
    await lab.typeLine(line);
    await expect(output, line).toContainText(answer);
  }
  // what is unfinished waits for more, until ^C
  for (const line of ['echo "open', 'if true', 'cat <<END', 'f() {']) {
    await lab.typeLine(line);
    await page.keyboard.press('Control+c');
    await lab.quiescent();
  }
  await expectNothingLost(lab);
});

for (const [append, online, told] of [
  ['nr_cpus=0', '0-1', 'Kernel command line: console=ttyS0 nr_cpus=0'],
  ['nr_cpus=99999999999', '0-1', 'nr_cpus=99999999999'],
  ['nr_cpus=1', '0', 'NR_CPUS/possible_cpus limit of 1 reached'],
  ['maxcpus=abc', '0-1', 'maxcpus=abc'],
  ['possible_cpus=0', '0', 'possible_cpus limit of 1 reached'],
  ['no_such_parameter=1', '0-1', 'will be passed to user space'],
  [`x${'y'.repeat(2000)}`, '0-1', 'will be passed to user space'],
] as const) {
  test(`kernel arguments out of range: ${append.slice(0, 24)} boots as Linux does with it`, async ({ lab }) => {
    const machine = '-M q35 -accel kvm -cpu max -smp 2,maxcpus=4 -m 512M';
    await lab.openAtFullSpeed(linkTo({ version: 1, machine, append }));
    expect((await lab.facts()).masks['online']).toBe(online);
    expect(await lab.countEvents('printk', told)).toBeGreaterThan(0);
    await lab.typeLine('nproc');
    await lab.expectPicturesToAgree();
  });
}

test('a command line that QEMU refuses: its own words, and the machine that ran goes on', async ({ lab, page }) => {
  await lab.openAtFullSpeed();
  await lab.act(1, 'Take offline');
  await page.getByRole('button', { name: 'New machine…' }).click();
  const dialog = page.getByRole('dialog', { name: 'New machine' });
  for (const [line, error] of [
    ['-M no-such-machine', 'unsupported machine type'],
    ['-M q35 -smp 4,maxcpus=2', 'Invalid CPU topology'],
    ['-M q35 -smp 2,planets=3', "Parameter 'smp.planets' is unexpected"],
    ['-M q35 -cpu z80', "unable to find CPU model 'z80'"],
    ['-M q35 -m lots', "Parameter 'size' expects a non-negative number"],
    ['-frobnicate', '-frobnicate: invalid option'],
    ['-M q35 -smp', 'requires an argument'],
    ['-M "q35', 'is not closed'],
  ] as const) {
    await dialog.getByRole('textbox', { name: /QEMU command line/ }).fill(line);
    await dialog.getByRole('button', { name: 'Power on' }).click();
    await expect(dialog.getByRole('alert'), line).toContainText(error);
  }
  await page.keyboard.press('Escape');
  await lab.expectCondition(1, 'present');
  await lab.act(1, 'Bring online');
  await expectNothingLost(lab);
});

test('a link to a machine that QEMU refuses says why, and another can be started', async ({ lab, page }) => {
  await lab.open(linkTo({ version: 1, machine: '-M q35 -smp 9,maxcpus=2' }));
  await expect(page.getByRole('alert')).toContainText('This machine cannot be: ');
  await expect(page.getByRole('alert')).toContainText('Invalid CPU topology');
  await page.getByRole('button', { name: 'Start the default machine' }).click();
  await lab.quiescent();
  await expectNothingLost(lab);
});

test('a very long paste into the shell is taken whole; the address bar says when it is too much for a link', async ({
  lab,
  page,
}) => {
  await lab.openAtFullSpeed();
  const noise = Array.from({ length: 3000 }, (_, at) => (at * 7919 * 104_729) % 1_000_003).join(' ');
  await lab.paste(`: ${noise}\n`);
  await lab.typeLine('echo $((6 * 7))');
  await expect(page.getByRole('log', { name: 'Shell output as text' })).toContainText(/\s42\s/);
  await lab.expectPicturesToAgree();
});
