import { expect, linkTo, test } from './lab-page.ts';

const MACHINE = linkTo({ version: 1, machine: '-M q35 -accel kvm -cpu max -smp 4 -m 512M' });

/** In the manner of the kernel's own test of CPUs that go off and on, in our own words: its constructs, tabs and all. */
const SCRIPT =
  String.raw`#!/bin/bash
# one CPU off and on, or with -a all of them

root=
status=0
skip=4

prepare()
{
	if [ $UID != 0 ]; then
		echo "only root may" >&2
		exit $skip
	fi

	taskset -p 01 $$

	root=` +
  "`mount -t sysfs | head -1 | awk '{ print $3 }'`" +
  String.raw`
	if ! ls $root/devices/system/cpu/cpu* > /dev/null 2>&1; then
		echo "no hotplug" >&2
		exit $skip
	fi

	online=` +
  '`cat $root/devices/system/cpu/online`' +
  String.raw`
	last=${'$'}{online##*-}
	if [[ "$online" = "$last" ]]; then
		echo "one CPU alone: $online"
		exit $skip
	fi
	echo -e "\t online: $online, last: $last"
}

#
# those that may go
#
removable()
{
	local state=${'$'}{1:-.\*}

	for cpu in $root/devices/system/cpu/cpu*; do
		if [ -f $cpu/online ] && grep -q $state $cpu/online; then
			echo ${'$'}{cpu##/*/cpu}
		fi
	done
}

change()
{
	local cpu=$1

	if ! echo $2 > $root/devices/system/cpu/cpu$cpu/online; then
		echo $FUNCNAME $cpu: failed >&2
		status=1
	elif ! grep -q $2 $root/devices/system/cpu/cpu$cpu/online; then
		echo $FUNCNAME $cpu: stayed >&2
		status=1
	fi
}

all=0
while getopts ah option; do
	case $option in
	a)
		all=1
		;;
	h)
		echo "Usage $0 [ -a ]"
		exit
		;;
	esac
done

prepare

if [ $all -eq 0 ]; then
	change $last 0
	change $last 1
	echo "one done: $status"
else
	for cpu in ` +
  '`removable 1`' +
  String.raw`; do
		change $cpu 0
	done
	echo -e "\t offline: $(cat $root/devices/system/cpu/offline)"
	for cpu in ` +
  '`removable 0`' +
  String.raw`; do
		change $cpu 1
	done
	echo "all done: $status"
fi
`;

const HERE_DOCUMENT = `cat > t.sh <<'END'\n${SCRIPT}END\nchmod +x t.sh\n`;

test('a script pasted as a here-document is a program that passes, with no byte lost', async ({ lab, page }) => {
  await lab.openAtFullSpeed(MACHINE);
  await lab.paste(HERE_DOCUMENT);
  await lab.typeLine('wc -c < t.sh; ./t.sh; echo rc=$?');
  const output = page.getByRole('log', { name: 'Shell output as text' });
  await expect(output).toContainText(String(SCRIPT.length));
  await expect(output).toContainText(/online: 0-3, last: 3[\s\S]*one done: 0\s+rc=0/);
  await lab.typeLine('./t.sh -a; echo rc=$?');
  await expect(output).toContainText(/offline: 1-3[\s\S]*all done: 0\s+rc=0/);
  await lab.typeLine('./t.sh -h');
  await expect(output).toContainText('Usage ./t.sh [ -a ]');
  expect(await lab.countEvents('printk', 'is now offline')).toBe(4);
  await lab.expectPicturesToAgree();
});

test('pasted as it stands it runs in the shell itself', async ({ lab, page }) => {
  await lab.openAtFullSpeed(MACHINE);
  await lab.paste(SCRIPT);
  await expect(page.getByRole('log', { name: 'Shell output as text' })).toContainText(
    /online: 0-3, last: 3[\s\S]*one done: 0/,
  );
  for (const slot of [0, 1, 2, 3]) await lab.expectCondition(slot, 'online');
  await lab.expectPicturesToAgree();
});

test('typed line by line it does so as well: tabs at the beginning of a line are kept', async ({ lab, page }) => {
  await lab.openAtFullSpeed(MACHINE);
  await lab.typeLine(SCRIPT.trimEnd());
  await expect(page.getByRole('log', { name: 'Shell output as text' })).toContainText(
    /online: 0-3, last: 3[\s\S]*one done: 0/,
  );
  expect(await lab.countEvents('printk', 'CPU 3 is now offline')).toBe(1);
  await lab.expectPicturesToAgree();
});
