/** Names of the tools, for /usr/bin and $PATH: the programs themselves may come later than the file system (table.ts). */
export const TOOL_NAMES: readonly string[] = `
  awk basename cat chcpu chmem chmod clear cmp cp cut date dd dirname dmesg echo egrep env expr false fgrep find
  free gawk getconf grep halt hd head hexdump hostname id ionice kill ln ls lscpu lsmem mawk memhog mkdir mktemp
  modprobe mount mv nice nl nohup nproc numactl numastat od paste poweroff printenv ps pwd readlink realpath reboot rev
  rm rmdir sed seq setsid sleep sort stat stdbuf stty sync tac tail taskset tee timeout touch tr true tty udevadm uname
  uniq uptime watch wc which whoami xargs yes
`
  .trim()
  .split(/\s+/);
