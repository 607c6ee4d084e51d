import { isIPv6 } from 'node:net';

/** Where a server listens. Port 0 lets the system choose one. */
export type ListenAddress = {
  /** A name, an IPv4 or an IPv6 address (without brackets); empty for every interface. */
  readonly host: string;
  readonly port: number;
};

export type ParsedListenAddress =
  | { readonly ok: true; readonly address: ListenAddress }
  | { readonly ok: false; readonly reason: string };

/** A DNS name has at most 253 characters; what is longer is no address. */
const HOST_MAX_LENGTH = 253;
const HOST = /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/;

/**
 * Reads `127.0.0.1:4040`, `localhost:4040`, `[::1]:4040` and, as Go's listeners do, `:4040` for
 * every interface.
 */
export function parseListenAddress(text: string): ParsedListenAddress {
  const no = (reason: string): ParsedListenAddress => ({ ok: false, reason });
  const colon = text.lastIndexOf(':');
  if (colon === -1) return no(`"${text}" has no port`);

  const portText = text.slice(colon + 1);
  const port = /^\d{1,5}$/.test(portText) ? Number(portText) : Number.NaN;
  if (!(port <= 65_535)) return no(`"${portText}" is not a port from 0 to 65535`);

  const hostText = text.slice(0, colon);
  if (hostText === '') return { ok: true, address: { host: '', port } };
  if (hostText.startsWith('[') && hostText.endsWith(']')) {
    const host = hostText.slice(1, -1);
    return isIPv6(host)
      ? { ok: true, address: { host, port } }
      : no(`"${host}" is not an IPv6 address`);
  }
  if (hostText.includes(':')) return no(`an IPv6 address is written in brackets: [::1]:${port}`);
  if (hostText.length > HOST_MAX_LENGTH || !HOST.test(hostText)) {
    return no(`"${hostText}" is not a host name`);
  }
  return { ok: true, address: { host: hostText, port } };
}

/** The text {@link parseListenAddress} reads. */
export function formatListenAddress({ host, port }: ListenAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
