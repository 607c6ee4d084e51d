export { type UnixNanos, unixNanos } from './time.ts';
export { compareUtf8 } from './utf8-order.ts';
