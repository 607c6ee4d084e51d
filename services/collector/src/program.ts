export const PROGRAM = {
  name: 'collector',
  description:
    'Takes what agents send, adds labels, hands it on to the profile server. Also: collector check FILE, collector relabel test, collector healthcheck URL.',
} as const;
