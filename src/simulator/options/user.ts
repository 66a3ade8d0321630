/** Who may log in to a simulated vCenter, and what they may do there. */

/** A user of the simulated vCenter. */
export interface User {
  readonly username: string;
  readonly password: string;
  /**
   * VMware's names of privileges, granted globally, such as `ContentLibrary.DownloadSession`.
   *
   * @default all privileges
   */
  readonly privileges?: readonly string[];
}

/** Who may log in where nothing else was said. */
export const defaultUsers: readonly User[] = [{ username: 'administrator@vsphere.local', password: 'secret' }];

/** Whether a user has a privilege. */
export const isGranted = (user: User, privilege: string): boolean => user.privileges?.includes(privilege) ?? true;
