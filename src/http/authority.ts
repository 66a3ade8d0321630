/** Names the server of a URL in errors. */

/** Returns host and port, also if the port is the one of the scheme. Nothing else of the URL, which may be a secret. */
export const authorityOf = (url: string): string => {
  const { protocol, hostname, port } = new URL(url);
  return `${hostname}:${port || (protocol === 'http:' ? '80' : '443')}`;
};
