/** Who may log in to a simulated vCenter, and what they may do there. */

/** A user of the simulated vCenter. */
export interface SimulatedUser {
  readonly username: string;
  readonly password: string;
  /**
   * VMware's names of privileges, granted globally, such as `ContentLibrary.DownloadSession`. As in every role of vCenter,
   * `System.Anonymous`, `System.View` and `System.Read` are among them without being named.
   *
   * @default all privileges
   */
  readonly privileges?: readonly string[];
  /**
   * Whether the role is vCenter's _No access_: such a user may log in, and no more, whatever `privileges` says.
   *
   * @default false
   */
  readonly noAccess?: boolean;
}

/** Who may log in where nothing else was said. */
export const defaultUsers: readonly SimulatedUser[] = [{ username: 'administrator@vsphere.local', password: 'secret' }];

const everyRole = ['System.Anonymous', 'System.View', 'System.Read'];

/** Whether a user has a privilege. */
export const isGranted = ({ privileges, noAccess = false }: SimulatedUser, privilege: string): boolean => {
  if (noAccess) return privilege === 'System.Anonymous';
  return privileges === undefined || everyRole.includes(privilege) || privileges.includes(privilege);
};
