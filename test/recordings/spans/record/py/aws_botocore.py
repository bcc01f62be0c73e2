import json

from common import run
from opentelemetry.instrumentation.botocore import BotocoreInstrumentor

BotocoreInstrumentor().instrument()
import boto3

s3, sts, iam, secrets, ssm, sqs, dynamodb, kms = (
    boto3.client(name) for name in ("s3", "sts", "iam", "secretsmanager", "ssm", "sqs", "dynamodb", "kms")
)
where = {"CreateBucketConfiguration": {"LocationConstraint": "eu-central-1"}}
trust = json.dumps({"Version": "2012-10-17", "Statement": []})
admin = "arn:aws:iam::aws:policy/AdministratorAccess"
run(
    lambda: s3.create_bucket(Bucket="acme-reports", **where),
    lambda: s3.put_object(Bucket="acme-reports", Key="a", Body=b"x"),
    lambda: s3.get_object(Bucket="acme-reports", Key="a"),
    lambda: s3.get_object(Bucket="missing-bucket", Key="a"),
    lambda: s3.list_buckets(),
    lambda: sts.assume_role(RoleArn="arn:aws:iam::123456789012:role/deploy", RoleSessionName="ci"),
    lambda: sts.get_caller_identity(),
    lambda: iam.create_role(RoleName="py-deploy", AssumeRolePolicyDocument=trust),
    lambda: iam.attach_role_policy(RoleName="py-deploy", PolicyArn=admin),
    lambda: iam.list_roles(),
    lambda: secrets.create_secret(Name="prod/py", SecretString="none"),
    lambda: secrets.get_secret_value(SecretId="prod/py"),
    lambda: secrets.get_secret_value(SecretId="prod/missing"),
    lambda: ssm.get_parameter(Name="/missing"),
    lambda: sqs.create_queue(QueueName="py-jobs"),
    lambda: dynamodb.get_item(TableName="missing", Key={"id": {"S": "1"}}),
)
