/** What a sensitive operation serves when somebody does it who should not: tactics of MITRE ATT&CK for the cloud, in our words. */
type Tactic =
  | "access"
  | "collection"
  | "credentials"
  | "discovery"
  | "evasion"
  | "execution"
  | "exfiltration"
  | "impact"
  | "movement"
  | "persistence"
  | "privilege";

/** A class of operations on what runs everything else. */
export interface OperationClass {
  readonly tactic: Tactic;
  /** Ids of MITRE ATT&CK techniques (https://attack.mitre.org/matrices/enterprise/cloud/) that are done by such operations. */
  readonly techniques: readonly string[];
  /**
   * How much more often it is heard of in attacks than in daily work, in bits, when nothing is known of who does it. Our judgement:
   * from 4 on one such operation deserves a look; 0 says nothing by itself.
   */
  readonly bits: number;
  /** What is done, as the beginning of a finding's title. */
  readonly about: string;
}

const of = (
  tactic: Tactic,
  bits: number,
  about: string,
  ...techniques: readonly string[]
): OperationClass => ({ tactic, techniques, bits, about });

/**
 * The classes that `nhi.action.class` may name. Which operations are in them says `cloudtrail.json` for AWS; a sender may say it of
 * any other control plane.
 *
 * @example
 * operationClasses["logging_impaired"]?.tactic; // "evasion"
 */
export const operationClasses: Readonly<Record<string, OperationClass>> = {
  account_discovery: of("discovery", 0, "looks around in the account", "T1087.004", "T1526", "T1580"),
  authentication_weakened: of("evasion", 5, "weakens how people or machines log in", "T1556.006"),
  compute_started: of("impact", 3, "starts machines", "T1496.001", "T1578.002"),
  credential_created: of("persistence", 5, "makes a credential that lasts", "T1098.001"),
  credential_extracted: of("credentials", 5, "reads out a password", "T1552.005", "T1555.006"),
  credential_probed: of("discovery", 2, "asks whose credential it holds", "T1087.004"),
  data_destroyed: of("impact", 2, "deletes data", "T1485"),
  data_exported: of("exfiltration", 4, "copies data out of where it is guarded", "T1537", "T1578.001"),
  data_shared: of("exfiltration", 5, "shares data with another account", "T1537"),
  function_code_changed: of("execution", 4, "changes code that others run", "T1648", "T1525"),
  identity_created: of("persistence", 3, "makes an identity", "T1136.003"),
  identity_removed: of("impact", 2, "removes an identity", "T1531"),
  instance_code_changed: of("execution", 4, "changes what a machine starts with", "T1037", "T1578"),
  key_pair_created: of("persistence", 3, "makes a key for machines", "T1098.004"),
  key_shared: of("collection", 1, "lets another use a key", "T1098.003"),
  logging_impaired: of("evasion", 6, "switches off what watches", "T1562.001", "T1562.008"),
  login: of("access", 1, "logs in", "T1078.004"),
  login_without_mfa: of("access", 5, "logs in without a second factor", "T1078.004"),
  network_opened: of("evasion", 4, "opens the network", "T1562.007"),
  organization_changed: of("evasion", 6, "changes who governs the account", "T1666"),
  privilege_granted: of("privilege", 3, "gives rights", "T1098.003"),
  recovery_inhibited: of("impact", 5, "takes away what data could be restored with", "T1485", "T1490"),
  remote_command: of("execution", 4, "runs a command on a machine", "T1651", "T1021.008"),
  resource_policy_changed: of("exfiltration", 4, "changes who may reach a resource", "T1537", "T1098"),
  retention_cut: of("evasion", 4, "changes how long or where records are kept", "T1562.008"),
  role_created: of("persistence", 1, "makes a role or policy", "T1136.003"),
  secret_read: of("credentials", 2, "reads a secret", "T1555.006"),
  secrets_bulk_read: of("credentials", 4, "reads many secrets at once", "T1555.006"),
  sending_enabled: of("impact", 4, "prepares to send mail or messages", "T1496.003"),
  session_minted: of("movement", 5, "makes a session out of a credential", "T1550.001", "T1098.001"),
  snapshot_taken: of("collection", 2, "takes a snapshot", "T1578.001"),
  token_issued: of("movement", 0, "gets a token for a role", "T1550.001"),
  trust_changed: of("persistence", 5, "changes whom a role trusts", "T1098.003", "T1484.002"),
  user_data_read: of("credentials", 2, "reads what a machine starts with", "T1552.005"),
};
