/**
 * What is wrong with how a container is confined, by what `docker inspect` says of it: nothing, or
 * words that follow the name of its service.
 */
export function hardeningFaults({ Config, HostConfig, State }) {
  const faults = {
    'is root': /^(|0|root)(:|$)/.test(Config.User),
    'has a writable root': !HostConfig.ReadonlyRootfs,
    'keeps capabilities': !HostConfig.CapDrop?.includes('ALL') || HostConfig.CapAdd?.length > 0,
    'may gain privileges': !HostConfig.SecurityOpt?.includes('no-new-privileges:true'),
    'has no memory limit': !(HostConfig.Memory > 0),
    'has no limit of processes': !(HostConfig.PidsLimit > 0),
    'is not restarted': HostConfig.RestartPolicy.Name !== 'unless-stopped',
    'logs without end': !HostConfig.LogConfig.Config['max-size'],
    'does not run': !State.Running,
  };
  return Object.keys(faults).filter((what) => faults[what]);
}
