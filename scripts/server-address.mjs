const READY_MAX_MILLIS = 60_000;

/**
 * Where a profile server of ours says that it listens, as a URL; rejects when it ends before that or
 * takes a minute. Its output has to be a pipe.
 */
export function addressOf(server) {
  return new Promise((resolve, reject) => {
    let text = '';
    const timer = setTimeout(() => reject(new Error('the server is not ready')), READY_MAX_MILLIS);
    server.stdout.on('data', (chunk) => {
      text += chunk;
      const address = /ready on (\S+?),? /.exec(text)?.[1];
      if (address === undefined) return;
      clearTimeout(timer);
      resolve(`http://${address}`);
    });
    server.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
}
