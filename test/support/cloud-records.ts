/** Records as AWS's user guide of CloudTrail shows them; a test names only what it is about. */
export const userIdentity = {
  type: "IAMUser",
  principalId: "AIDAJ45Q7YFFAREXAMPLE",
  arn: "arn:aws:iam::123456789012:user/Alice",
  accountId: "123456789012",
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  userName: "Alice",
};

export const roleIdentity = {
  type: "AssumedRole",
  principalId: "AROAIDPPEZS35WEXAMPLE:AssumedRoleSessionName",
  arn: "arn:aws:sts::123456789012:assumed-role/RoleToBeAssumed/MySessionName",
  accountId: "123456789012",
  accessKeyId: "ASIAIOSFODNN7EXAMPLE",
  sessionContext: {
    sessionIssuer: {
      type: "Role",
      principalId: "AROAIDPPEZS35WEXAMPLE",
      arn: "arn:aws:iam::123456789012:role/RoleToBeAssumed",
      accountId: "123456789012",
      userName: "RoleToBeAssumed",
    },
    attributes: { mfaAuthenticated: "false", creationDate: "2026-03-03T10:06:08Z" },
  },
};

export function cloudRecord(parts: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    eventVersion: "1.11",
    userIdentity,
    eventTime: "2026-03-03T10:15:30Z",
    eventSource: "iam.amazonaws.com",
    eventName: "ListUsers",
    awsRegion: "us-east-2",
    sourceIPAddress: "203.0.113.64",
    userAgent: "aws-cli/2.15.0 Python/3.11.6 Linux/6.1 exe/x86_64",
    requestParameters: null,
    responseElements: null,
    requestID: "ddf5140f-EXAMPLE",
    eventID: "7116c6a1-EXAMPLE",
    readOnly: true,
    eventType: "AwsApiCall",
    managementEvent: true,
    recipientAccountId: "123456789012",
    ...parts,
  };
}
