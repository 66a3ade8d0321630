/** What the page asks its server for first: `GET dashboard.json`. */

/** The content of `dashboard.json`. It has no secret. */
export interface DashboardInfo {
  /** `simulator`: the page simulates a vCenter. `vcenter`: the server forwards to a vCenter below `/vcenter`. */
  readonly mode: 'vcenter' | 'simulator';
  /** Origin of the vCenter, for display. Unset in the mode `simulator`. */
  readonly server?: string;
  /** The directory of the server that exports are saved to. Unset: the server saves none. */
  readonly directory?: string;
  /** True if requests to `/vcenter` are sent with a login. */
  readonly loggedIn: boolean;
  /** The user who is logged in. */
  readonly username?: string;
  /** Which routes the vCenter has; known once a user is logged in. */
  readonly dialect?: 'api' | 'rest';
  /** Version of the dashboard. */
  readonly version: string;
}
