/** The frameworks that findings and responses are mapped to, each in the version whose ids are used. */
export const frameworks = {
  "nist-csf": "NIST Cybersecurity Framework 2.0",
  "owasp-asi": "OWASP Top 10 for Agentic Applications 2026",
  "owasp-nhi": "OWASP Non-Human Identities Top 10 2025",
  "mitre-atlas": "MITRE ATLAS 5.6.0",
} as const;
type Framework = keyof typeof frameworks;

/** One id of a framework, as the framework writes it. */
export interface FrameworkId {
  readonly framework: Framework;
  readonly id: string;
  readonly title: string;
  /** Functions of NIST CSF, tactics of ATLAS; a mitigation of ATLAS has that word. The OWASP lists have no parts. */
  readonly parts: readonly string[];
}

/** A line is `id title`, or `id title | part, part`. */
function listed(framework: Framework, lines: string): readonly FrameworkId[] {
  return lines
    .trim()
    .split("\n")
    .map((line) => {
      const [text = "", parts] = line.trim().split(" | ");
      const space = text.indexOf(" ");
      return {
        framework,
        id: text.slice(0, space),
        title: text.slice(space + 1),
        parts: parts?.split(", ") ?? [],
      };
    });
}

const functions: Readonly<Record<string, string>> = {
  GV: "Govern",
  ID: "Identify",
  PR: "Protect",
  DE: "Detect",
  RS: "Respond",
  RC: "Recover",
};

const csf = listed(
  "nist-csf",
  `GV.RR-01 Organizational leadership is responsible and accountable for cybersecurity risk and fosters a culture that is risk-aware, ethical, and continually improving
  GV.RR-02 Roles, responsibilities, and authorities related to cybersecurity risk management are established, communicated, understood, and enforced
  GV.PO-01 Policy for managing cybersecurity risks is established based on organizational context, cybersecurity strategy, and priorities and is communicated and enforced
  GV.OV-03 Organizational cybersecurity risk management performance is evaluated and reviewed for adjustments needed
  GV.SC-07 The risks posed by a supplier, their products and services, and other third parties are understood, recorded, prioritized, assessed, responded to, and monitored over the course of the relationship
  ID.AM-02 Inventories of software, services, and systems managed by the organization are maintained
  ID.AM-08 Systems, hardware, software, services, and data are managed throughout their life cycles
  ID.RA-07 Changes and exceptions are managed, assessed for risk impact, recorded, and tracked
  PR.AA-01 Identities and credentials for authorized users, services, and hardware are managed by the organization
  PR.AA-02 Identities are proofed and bound to credentials based on the context of interactions
  PR.AA-03 Users, services, and hardware are authenticated
  PR.AA-04 Identity assertions are protected, conveyed, and verified
  PR.AA-05 Access permissions, entitlements, and authorizations are defined in a policy, managed, enforced, and reviewed, and incorporate the principles of least privilege and separation of duties
  PR.PS-04 Log records are generated and made available for continuous monitoring
  PR.PS-05 Installation and execution of unauthorized software are prevented
  PR.DS-10 The confidentiality, integrity, and availability of data-in-use are protected
  DE.CM-01 Networks and network services are monitored to find potentially adverse events
  DE.CM-03 Personnel activity and technology usage are monitored to find potentially adverse events
  DE.CM-06 External service provider activities and services are monitored to find potentially adverse events
  DE.CM-09 Computing hardware and software, runtime environments, and their data are monitored to find potentially adverse events
  DE.AE-02 Potentially adverse events are analyzed to better understand associated activities
  DE.AE-03 Information is correlated from multiple sources
  DE.AE-04 The estimated impact and scope of adverse events are understood
  DE.AE-06 Information on adverse events is provided to authorized staff and tools
  DE.AE-07 Cyber threat intelligence and other contextual information are integrated into the analysis
  DE.AE-08 Incidents are declared when adverse events meet the defined incident criteria
  RS.MA-02 Incident reports are triaged and validated
  RS.MA-03 Incidents are categorized and prioritized
  RS.MA-04 Incidents are escalated or elevated as needed
  RS.AN-03 Analysis is performed to establish what has taken place during an incident and the root cause of the incident
  RS.AN-06 Actions performed during an investigation are recorded, and the records' integrity and provenance are preserved
  RS.AN-07 Incident data and metadata are collected, and their integrity and provenance are preserved
  RS.AN-08 An incident's magnitude is estimated and validated
  RS.CO-02 Internal and external stakeholders are notified of incidents
  RS.MI-01 Incidents are contained
  RS.MI-02 Incidents are eradicated
  RC.RP-01 The recovery portion of the incident response plan is executed once initiated from the incident response process
  RC.RP-02 Recovery actions are selected, scoped, prioritized, and performed
  RC.RP-05 The integrity of restored assets is verified, systems and services are restored, and normal operating status is confirmed`,
).map((one) => ({ ...one, parts: [functions[one.id.slice(0, 2)] ?? ""] }));

const asi = listed(
  "owasp-asi",
  `ASI01 Agent Goal Hijack
  ASI02 Tool Misuse and Exploitation
  ASI03 Identity and Privilege Abuse
  ASI04 Agentic Supply Chain Vulnerabilities
  ASI05 Unexpected Code Execution (RCE)
  ASI06 Memory & Context Poisoning
  ASI07 Insecure Inter-Agent Communication
  ASI08 Cascading Failures
  ASI09 Human-Agent Trust Exploitation
  ASI10 Rogue Agents`,
);

const nhi = listed(
  "owasp-nhi",
  `NHI1:2025 Improper Offboarding
  NHI2:2025 Secret Leakage
  NHI3:2025 Vulnerable Third-Party NHI
  NHI4:2025 Insecure Authentication
  NHI5:2025 Overprivileged NHI
  NHI6:2025 Insecure Cloud Deployment Configurations
  NHI7:2025 Long-Lived Secrets
  NHI8:2025 Environment Isolation
  NHI9:2025 NHI Reuse
  NHI10:2025 Human Use of NHI`,
);

const atlas = listed(
  "mitre-atlas",
  `AML.T0010.005 AI Supply Chain Compromise: AI Agent Tool | Initial Access
  AML.T0011.002 User Execution: Poisoned AI Agent Tool | Execution
  AML.T0012 Valid Accounts | Initial Access, Privilege Escalation
  AML.T0025 Exfiltration via Cyber Means | Exfiltration
  AML.T0029 Denial of AI Service | Impact
  AML.T0034.002 Cost Harvesting: Agentic Resource Consumption | Impact
  AML.T0050 Command and Scripting Interpreter | Execution
  AML.T0051.000 LLM Prompt Injection: Direct | Execution
  AML.T0051.001 LLM Prompt Injection: Indirect | Execution
  AML.T0051.002 LLM Prompt Injection: Triggered | Execution
  AML.T0053 AI Agent Tool Invocation | Execution, Privilege Escalation
  AML.T0055 Unsecured Credentials | Credential Access
  AML.T0073 Impersonation | Defense Evasion
  AML.T0075 Cloud Service Discovery | Discovery
  AML.T0080 AI Agent Context Poisoning | Persistence
  AML.T0080.000 AI Agent Context Poisoning: Memory | Persistence
  AML.T0080.001 AI Agent Context Poisoning: Thread | Persistence
  AML.T0081 Modify AI Agent Configuration | Persistence, Defense Evasion
  AML.T0082 RAG Credential Harvesting | Credential Access
  AML.T0083 Credentials from AI Agent Configuration | Credential Access
  AML.T0084 Discover AI Agent Configuration | Discovery
  AML.T0084.001 Discover AI Agent Configuration: Tool Definitions | Discovery
  AML.T0084.003 Discover AI Agent Configuration: Call Chains | Discovery
  AML.T0085 Data from AI Services | Collection
  AML.T0085.000 Data from AI Services: RAG Databases | Collection
  AML.T0085.001 Data from AI Services: AI Agent Tools | Collection
  AML.T0086 Exfiltration via AI Agent Tool Invocation | Exfiltration
  AML.T0091.000 Use Alternate Authentication Material: Application Access Token | Lateral Movement
  AML.T0093 Prompt Infiltration via Public-Facing Application | Initial Access, Persistence
  AML.T0094 Delay Execution of LLM Instructions | Defense Evasion
  AML.T0098 AI Agent Tool Credential Harvesting | Credential Access
  AML.T0099 AI Agent Tool Data Poisoning | Persistence
  AML.T0101 Data Destruction via AI Agent Tool Invocation | Impact
  AML.T0103 Deploy AI Agent | Execution
  AML.T0105 Escape to Host | Privilege Escalation
  AML.T0108 AI Agent | Command and Control
  AML.T0109 AI Supply Chain Rug Pull | Defense Evasion
  AML.T0110 AI Agent Tool Poisoning | Persistence
  AML.T0112.000 Machine Compromise: Local AI Agent | Impact
  AML.M0024 AI Telemetry Logging | Mitigation
  AML.M0026 Privileged AI Agent Permissions Configuration | Mitigation
  AML.M0027 Single-User AI Agent Permissions Configuration | Mitigation
  AML.M0028 AI Agent Tools Permissions Configuration | Mitigation
  AML.M0029 Human In-the-Loop for AI Agent Actions | Mitigation
  AML.M0030 Restrict AI Agent Tool Invocation on Untrusted Data | Mitigation
  AML.M0031 Memory Hardening | Mitigation
  AML.M0032 Segmentation of AI Agent Components | Mitigation`,
);

/** Every id that findings and responses may carry, with the title its framework gives it. */
export const frameworkIds: readonly FrameworkId[] = [...csf, ...asi, ...nhi, ...atlas];
