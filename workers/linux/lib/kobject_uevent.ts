/**
 * Telling user space of objects that come, go and change: a message to everybody who listens on the netlink family
 * KOBJECT_UEVENT, group 1.
 *
 * @linux lib/kobject_uevent.c, without the helper program and network namespaces
 */
import { kernfs_path } from '../fs/kernfs/dir.ts';
import { sysfs_find_or_create_dir } from '../fs/sysfs/dir.ts';
import { sysfs_create_file } from '../fs/sysfs/file.ts';
import type { kernfs_node } from '../include/linux/kernfs.ts';
import { type Kernel, kernelState } from '../kernel-context.ts';
import { netlink_broadcast } from '../net/netlink/af_netlink.ts';

const ACTIONS = ['add', 'remove', 'change', 'move', 'online', 'offline', 'bind', 'unbind'] as const;
export type kobject_action = (typeof ACTIONS)[number];

/** The group that the kernel sends to; group 2 is udev's own. */
const UEVENT_GROUP = 1;

const uevents = kernelState(() => ({ seqnum: 0 }));

/** Path below /sys, as user space is told it. */
const devpath = (sd: kernfs_node): string => kernfs_path(sd).replace(/^\/sys(?=\/)/, '');

/** `env`: `NAME=value` in order; ACTION, DEVPATH and SUBSYSTEM go before them, SEQNUM after. */
export function kobject_uevent_env(
  k: Kernel,
  sd: kernfs_node,
  action: kobject_action,
  subsystem: string,
  env: readonly string[],
): void {
  const state = uevents(k);
  state.seqnum++;
  k.log.emit('uevent', action, kernfs_path(sd));
  const path = devpath(sd);
  const variables = [`ACTION=${action}`, `DEVPATH=${path}`, `SUBSYSTEM=${subsystem}`, ...env, `SEQNUM=${state.seqnum}`];
  netlink_broadcast(k, `${action}@${path}\0${variables.map((line) => `${line}\0`).join('')}`, UEVENT_GROUP);
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What a write to a `uevent` file asks for: action, and the variables that mark the event as made up; undefined: -EINVAL. */
export function kobject_action_args(
  text: string,
): { readonly action: kobject_action; readonly env: readonly string[] } | undefined {
  const [word, uuid, ...rest] = text.replace(/\n$/, '').split(' ');
  const action = ACTIONS.find((name) => name === word);
  if (!action) return undefined;
  if (uuid === undefined) return { action, env: ['SYNTH_UUID=0'] };
  if (!UUID.test(uuid)) return undefined;
  if (!rest.every((pair) => /^[A-Za-z0-9]+=[A-Za-z0-9]+$/.test(pair))) return undefined;
  return { action, env: [`SYNTH_UUID=${uuid}`, ...rest.map((pair) => `SYNTH_ARG_${pair}`)] };
}

/** /sys/kernel/uevent_seqnum. @linux kernel/ksysfs.c */
export function uevent_seqnum_init(k: Kernel): void {
  sysfs_create_file(k, sysfs_find_or_create_dir(k, 'kernel'), {
    name: 'uevent_seqnum',
    mode: 0o444,
    *show(of) {
      return `${uevents(of).seqnum}\n`;
    },
  });
}
