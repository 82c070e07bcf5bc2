import { describe, expect, test } from 'vitest';
import { Lab } from './lab.ts';

/** In the manner of the kernel's cpu-on-off test, in our own words: functions, globs, redirections, awk, `let`. */
const SCRIPT = String.raw`#!/bin/bash
root=
status=0
find_root()
{
  taskset -p 01 $$
  root=$(mount -t sysfs | head -1 | awk '{ print $3 }')
  if [ ! -d "$root" ]; then
    echo "no sysfs" >&2
    exit 4
  fi
}
removable()
{
  local wanted=\${1:-.\*}
  for cpu in $root/devices/system/cpu/cpu*; do
    if [ -f $cpu/online ] && grep -q $wanted $cpu/online; then
      echo \${cpu##/*/cpu}
    fi
  done
}
set_state()
{
  echo $2 > $root/devices/system/cpu/cpu$1/online
}
while getopts ah option; do
  case $option in
    a) all=1 ;;
    h) echo -e "usage: $0 [ -a ]\n\t -a: all"; exit ;;
  esac
done
find_root
echo -e "present = $(cat $root/devices/system/cpu/present)"
for cpu in $(removable 1); do
  if ! set_state $cpu 0; then
    echo "cpu $cpu stays" >&2
    status=1
  fi
  let count=count+1
done
echo -e "\t offline: $(cat $root/devices/system/cpu/offline)"
for cpu in $(removable 0); do set_state $cpu 1; done
echo -e "\t online: $(cat $root/devices/system/cpu/online) after $count"
exit $status
`
  .replaceAll('\\$', '$')
  .replaceAll('\\*', '*');

describe('a script that turns CPUs off and on', () => {
  const typed = new Lab('-M q35 -smp 4 -m 512M');

  test('typed as a here-document it is a program', () => {
    typed.sh(`cat > /tmp/on-off.sh <<'END'\n${SCRIPT}END\nchmod +x /tmp/on-off.sh`);
    expect(typed.sh('wc -l < /tmp/on-off.sh')).toBe(String(SCRIPT.split('\n').length - 1));
    expect(typed.sh('cd /tmp; ./on-off.sh; echo rc=$?').replace(/pid \d+/g, 'pid N')).toBe(
      "pid N's current affinity mask: f\npid N's new affinity mask: 1\npresent = 0-3\n" +
        '\t offline: 1-3\n\t online: 0-3 after 3\nrc=0',
    );
    expect(typed.sh('./on-off.sh -h')).toBe('usage: ./on-off.sh [ -a ]\n\t -a: all');
  });

  test('given as a file of the root file system it does the same', () => {
    const files = [{ path: '/opt/tests/on-off.sh', mode: 0o755, content: SCRIPT }];
    const given = new Lab('-M q35 -smp 2 -m 512M', 'loglevel=3', { files });
    expect(given.sh('/opt/tests/on-off.sh 2>&1 | tail -2')).toBe('\t offline: 1\n\t online: 0-1 after 1');
  });

  test('a file cannot take the place of a program of the guest', () => {
    const files = [{ path: '/usr/bin/true', mode: 0o755, content: 'exit 3\n' }];
    expect(new Lab('-M q35 -m 512M', 'loglevel=3', { files }).sh('/usr/bin/true; echo $?')).toBe('0');
  });
});
