"""Unmodified AWS clients drive the local endpoint: the AWS CLI and boto3."""
import io
import json
import os
import shutil
import subprocess
import unittest
import zipfile

from support.processes import until
from support.stage import BROKEN, GOOD, ROLE, Stage

try:
    import boto3
    from botocore.exceptions import ClientError
except ImportError:
    boto3 = None


def archive(text):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as out:
        out.writestr("app.py", text)
    return data.getvalue()


class StageOfClass(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stage = Stage()
        cls.addClassCleanup(cls.stage.close)


@unittest.skipUnless(shutil.which("aws"), "the AWS CLI is not installed")
class AwsCliTest(StageOfClass):
    def aws(self, *words, succeeds=True):
        done = subprocess.run(["aws", "--output", "json", *words], env=self.stage.env,
                              capture_output=True, cwd=self.stage.folder, timeout=120, check=False)
        self.assertEqual(done.returncode == 0, succeeds, done.stdout + done.stderr)
        return json.loads(done.stdout) if done.stdout.startswith(b"{") else done.stderr

    def zip(self, name, text):
        path = os.path.join(self.stage.folder, name)
        with open(path, "wb") as out:
            out.write(archive(text))
        return "fileb://" + path

    def test_a_function_is_created_updated_shifted_and_invoked(self):
        made = self.aws("lambda", "create-function", "--function-name", "tea", "--runtime",
                        "python3.12", "--handler", "app.handler", "--role", ROLE, "--zip-file",
                        self.zip("one.zip", GOOD % "one"), "--publish")
        self.assertEqual((made["State"], made["Version"]), ("Pending", "1"))
        self.aws("lambda", "wait", "function-active-v2", "--function-name", "tea")
        self.aws("lambda", "create-alias", "--function-name", "tea", "--name", "live",
                 "--function-version", "1")
        self.aws("lambda", "update-function-code", "--function-name", "tea", "--zip-file",
                 self.zip("two.zip", GOOD % "two"))
        self.aws("lambda", "wait", "function-updated-v2", "--function-name", "tea")
        version = self.aws("lambda", "publish-version", "--function-name", "tea")["Version"]
        self.assertEqual(version, "2")
        split = self.aws("lambda", "update-alias", "--function-name", "tea", "--name", "live",
                         "--routing-config", "AdditionalVersionWeights={2=0.5}")
        self.assertEqual(split["RoutingConfig"], {"AdditionalVersionWeights": {"2": 0.5}})
        answers = {}
        for _ in range(6):
            out = os.path.join(self.stage.folder, "answer.json")
            told = self.aws("lambda", "invoke", "--function-name", "tea:live", out)
            with open(out, encoding="utf-8") as file:
                answers[told["ExecutedVersion"]] = json.load(file)["build"]
        for version, build in answers.items():
            self.assertEqual(build, {"1": "one", "2": "two"}[version])
        self.aws("lambda", "update-alias", "--function-name", "tea", "--name", "live",
                 "--function-version", "2", "--routing-config", "AdditionalVersionWeights={}")
        alias = self.aws("lambda", "get-alias", "--function-name", "tea", "--name", "live")
        self.assertEqual((alias["FunctionVersion"], alias.get("RoutingConfig")), ("2", None))

    def test_objects_and_the_caller(self):
        self.aws("s3", "mb", "s3://shelf")
        path = self.stage.write("leaf.txt", "green")
        self.aws("s3", "cp", path, "s3://shelf/a/leaf.txt")
        listed = self.aws("s3api", "list-objects-v2", "--bucket", "shelf")
        self.assertEqual([one["Key"] for one in listed["Contents"]], ["a/leaf.txt"])
        copied = os.path.join(self.stage.folder, "copy.txt")
        self.aws("s3", "cp", "s3://shelf/a/leaf.txt", copied)
        with open(copied, encoding="utf-8") as file:
            self.assertEqual(file.read(), "green")
        caller = self.aws("sts", "get-caller-identity")
        self.assertEqual(caller["Account"], "000000000000")

    def test_a_refusal_reads_as_an_aws_error(self):
        said = self.aws("lambda", "get-function", "--function-name", "nobody", succeeds=False)
        self.assertIn(b"ResourceNotFoundException", said)
        said = self.aws("dynamodb", "list-tables", succeeds=False)
        self.assertTrue(said)


@unittest.skipUnless(boto3, "boto3 is not installed")
class Boto3Test(StageOfClass):
    def client(self, service, **more):
        session = boto3.session.Session(aws_access_key_id="tests", aws_secret_access_key="tests",
                                        region_name="us-east-1")
        return session.client(service, endpoint_url=self.stage.url, **more)

    def create(self, name, text):
        lam = self.client("lambda")
        lam.create_function(FunctionName=name, Runtime="python3.12", Handler="app.handler",
                            Role=ROLE, Code={"ZipFile": archive(text)}, Tags={"team": "tea"})
        lam.get_waiter("function_active_v2").wait(FunctionName=name,
                                                  WaiterConfig={"Delay": 1, "MaxAttempts": 60})
        return lam

    def publish(self, lam, name, text):
        lam.update_function_code(FunctionName=name, ZipFile=archive(text))
        lam.get_waiter("function_updated_v2").wait(FunctionName=name,
                                                   WaiterConfig={"Delay": 1, "MaxAttempts": 60})
        return lam.publish_version(FunctionName=name)["Version"]

    def test_versions_aliases_and_metrics(self):
        lam = self.create("kettle", GOOD % "one")
        lam.publish_version(FunctionName="kettle")
        bad = self.publish(lam, "kettle", BROKEN % "tea")
        self.assertEqual(bad, "2")
        lam.create_alias(FunctionName="kettle", Name="live", FunctionVersion="1",
                         RoutingConfig={"AdditionalVersionWeights": {"2": 0.5}})
        counts = {"1": 0, "2": 0}
        for _ in range(40):
            answer = lam.invoke(FunctionName="kettle", Qualifier="live", Payload=b"{}",
                                LogType="Tail")
            version = answer["ExecutedVersion"]
            counts[version] += 1
            self.assertEqual("FunctionError" in answer, version == "2")
            self.assertIn("LogResult", answer)
        # 40 tosses of a coin: both sides, but for one run in 500 thousand million.
        self.assertTrue(all(counts.values()), str(counts))
        until(lambda: self.errors("kettle", "2") == counts["2"], "the metric shows every error")
        self.assertEqual(self.errors("kettle", "1"), 0)

    def errors(self, name, version):
        import datetime
        now = datetime.datetime.now(datetime.timezone.utc)
        dimensions = [{"Name": "FunctionName", "Value": name},
                      {"Name": "Resource", "Value": name + ":live"},
                      {"Name": "ExecutedVersion", "Value": version}]
        query = {"Id": "e", "MetricStat": {"Period": 60, "Stat": "Sum", "Metric": {
            "Namespace": "AWS/Lambda", "MetricName": "Errors", "Dimensions": dimensions}}}
        found = self.client("cloudwatch").get_metric_data(
            MetricDataQueries=[query], StartTime=now - datetime.timedelta(minutes=30),
            EndTime=now + datetime.timedelta(minutes=2))
        return sum(found["MetricDataResults"][0]["Values"])

    def test_a_stale_revision_is_refused(self):
        lam = self.create("cup", GOOD % "one")
        lam.publish_version(FunctionName="cup")
        lam.create_alias(FunctionName="cup", Name="live", FunctionVersion="1")
        with self.assertRaises(ClientError) as caught:
            lam.update_alias(FunctionName="cup", Name="live", FunctionVersion="1",
                             RevisionId="00000000-0000-4000-8000-000000000000")
        self.assertEqual(caught.exception.response["Error"]["Code"], "PreconditionFailedException")

    def test_objects_with_versions_and_links(self):
        s3 = self.client("s3")
        s3.create_bucket(Bucket="cellar")
        s3.put_bucket_versioning(Bucket="cellar",
                                 VersioningConfiguration={"Status": "Enabled"})
        first = s3.put_object(Bucket="cellar", Key="k", Body=b"one")["VersionId"]
        s3.put_object(Bucket="cellar", Key="k", Body=b"two")
        self.assertEqual(s3.get_object(Bucket="cellar", Key="k")["Body"].read(), b"two")
        old = s3.get_object(Bucket="cellar", Key="k", VersionId=first)
        self.assertEqual(old["Body"].read(), b"one")
        link = s3.generate_presigned_url("get_object", {"Bucket": "cellar", "Key": "k"})
        import urllib.request
        with urllib.request.urlopen(link, timeout=60) as answer:
            self.assertEqual(answer.read(), b"two")

    def test_a_role_gives_keys_of_its_account(self):
        sts = self.client("sts")
        keys = sts.assume_role(RoleArn="arn:aws:iam::222222222222:role/deploy",
                               RoleSessionName="tests")["Credentials"]
        other = boto3.client("sts", endpoint_url=self.stage.url, region_name="us-east-1",
                             aws_access_key_id=keys["AccessKeyId"],
                             aws_secret_access_key=keys["SecretAccessKey"],
                             aws_session_token=keys["SessionToken"])
        self.assertEqual(other.get_caller_identity()["Account"], "222222222222")
