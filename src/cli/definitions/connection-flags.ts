/** The flags of the connection. */

import { Option, type Command } from 'commander';

/** Adds the flags of the connection to a command, or to the program. */
export const addConnectionFlags = (command: Command): Command =>
  command
    .optionsGroup('Connection:')
    .option('--profile <name>', 'the connection of this name in ~/.config/content-library/config.json')
    .option('--server <url>', 'address of the vCenter (or VCENTER_URL, GOVC_URL)')
    .option('--username <name>', 'user name with its domain (or VCENTER_USERNAME, GOVC_USERNAME)')
    .option(
      '--password-stdin',
      'read the password from standard input, hidden on a terminal (or set VCENTER_PASSWORD, GOVC_PASSWORD)',
    )
    .option('--session-id <->', 'with -, read the id of an open API session from standard input (or set VCENTER_SESSION_ID)')
    .addOption(new Option('--password <password>').hideHelp())
    .option('--thumbprint <hex>', 'the only certificate to accept, by its SHA-1 or SHA-256 (or GOVC_TLS_KNOWN_HOSTS)')
    .option('--ca <file>', 'certificates to trust, in PEM (or GOVC_TLS_CA_CERTS)')
    .option('--insecure', 'trust any certificate (or GOVC_INSECURE)')
    .option('--dialect <name>', 'api (7.0U2 and later), rest (6.5 to 8.0), or auto (default)')
    .option('--download-host <host or URL>', 'fetch files from this host or origin instead of the one in the download links')
    .option('--verbose', 'print each request to standard error, without secrets', false);
