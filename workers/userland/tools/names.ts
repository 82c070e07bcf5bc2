/** Names of the tools, for /usr/bin and $PATH: the programs themselves may come later than the file system (table.ts). */
export const TOOL_NAMES: readonly string[] = `
  arch awk basename cat chcpu chmem chmod clear cmp comm cp cut date dd diff dirname dmesg echo egrep env expr false
  fgrep find free gawk getconf grep groups halt head hostname id ionice kill ln logname ls lscpu lsirq lsmem lsmod
  mawk memhog mkdir mktemp modprobe mount mountpoint mv nice nl nohup nproc numactl numastat od paste pgrep pidof
  pkill poweroff printenv ps pwd readlink realpath reboot rev rm rmdir sed seq setsid shuf sleep sort stat stdbuf stty
  sync sysctl tac tail taskset tee timeout top touch tr true tty udevadm uname uniq uptime users vmstat w watch wc
  which who whoami xargs yes
`
  .trim()
  .split(/\s+/);
